"""The open balance by how late it is, as bars of a picture. In euros: other currencies stand in the receivables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.console.peers.billing import Totals
from services.console.peers.client import Value
from services.console.web.catalogues import mark

SHOWN_CURRENCY = "EUR"


@dataclass(frozen=True)
class Age:
    """`asked` of billing; `style` names the colour."""

    label: str
    style: str
    asked: Mapping[str, Value]


AGES = (
    Age(mark("Not due"), "not-due", {"max_days_late": 0}),
    Age(mark("1 to 30 days"), "age-1", {"min_days_late": 1, "max_days_late": 30}),
    Age(mark("31 to 60 days"), "age-2", {"min_days_late": 31, "max_days_late": 60}),
    Age(mark("61 to 90 days"), "age-3", {"min_days_late": 61, "max_days_late": 90}),
    Age(mark("Over 90 days"), "age-4", {"min_days_late": 91}),
)


@dataclass(frozen=True)
class Bar:
    """`width` in percent of the longest one."""

    age: Age
    amount: Decimal
    width: str

    @property
    def is_late(self) -> bool:
        return self.age is not AGES[0]


def bars_of(totals: Sequence[Totals]) -> list[Bar]:
    amounts = [_in_euros(each) for each in totals]
    longest = max([*amounts, Decimal(1)])
    return [
        Bar(age, amount, f"{max(amount / longest * 62, Decimal('0.3')):.2f}")
        for age, amount in zip(AGES, amounts, strict=True)
    ]


def _in_euros(totals: Totals) -> Decimal:
    return sum((each.balance for each in totals.currencies if each.currency == SHOWN_CURRENCY), Decimal())
