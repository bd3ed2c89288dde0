"""The open balance by how late it is, as bars of a picture: one picture for each currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.console.peers.billing import AgedAmounts
from services.console.web.catalogues import mark


@dataclass(frozen=True)
class Age:
    """`field` of the aged amounts; `style` names the colour."""

    label: str
    style: str
    field: str


AGES = (
    Age(mark("Not due"), "not-due", "not_due"),
    Age(mark("1 to 30 days"), "age-1", "days_1_to_30"),
    Age(mark("31 to 60 days"), "age-2", "days_31_to_60"),
    Age(mark("61 to 90 days"), "age-3", "days_61_to_90"),
    Age(mark("Over 90 days"), "age-4", "days_over_90"),
)


@dataclass(frozen=True)
class Bar:
    """`width` in percent of the picture's."""

    age: Age
    amount: Decimal
    width: str


@dataclass(frozen=True)
class Picture:
    currency: str
    overdue: Decimal
    bars: Sequence[Bar]


def pictures_of(totals: Sequence[AgedAmounts]) -> list[Picture]:
    """The currency in which most invoices are comes first."""
    ranked = sorted(totals, key=lambda each: -each.invoices)
    return [Picture(each.currency, each.overdue, bars_of(each)) for each in ranked]


def bars_of(aged: AgedAmounts) -> list[Bar]:
    amounts: list[Decimal] = [getattr(aged, age.field) for age in AGES]
    longest = max([*amounts, Decimal(1)])
    return [
        Bar(age, amount, f"{max(amount / longest * 62, Decimal('0.3')):.2f}")
        for age, amount in zip(AGES, amounts, strict=True)
    ]
