"""Lines of quotes and invoices, and the one computation of their amounts (EN 16931).

A quote and the invoice that follows from it show the same amounts: both services compute them here.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext
from typing import Annotated, Protocol

from pydantic import AfterValidator, Field, StringConstraints

from contracts.base import Amount, Contract, DecimalString, Input
from contracts.money import round_amount

PRECISION = 60
"""Digits of the exact products before their rounding; Python's 28 would round a large one twice."""
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def _printable(value: str) -> str:
    if found := CONTROL.search(value):
        raise ValueError(f"character {ord(found[0]):#04x} cannot be printed; expected plain text")
    return value


def _on_one_line(value: str) -> str:
    if "\n" in value or "\t" in value:
        raise ValueError("a line break or tab is not allowed; expected one line")
    return value


def _not_zero(value: Decimal) -> Decimal:
    if not value:
        raise ValueError("0 is not a quantity; expected another number, below 0 on a line that takes back")
    return value


Text = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_printable)]
OneLine = Annotated[Text, AfterValidator(_on_one_line)]
Quantity = Annotated[
    DecimalString, Field(ge=-1_000_000_000, le=1_000_000_000, decimal_places=4), AfterValidator(_not_zero)
]
"""Negative on a line that takes back; at most four decimals (BR-FR-DEC)."""
UnitPrice = Annotated[DecimalString, Field(ge=0, le=1_000_000_000, decimal_places=6)]
"""Without VAT, at most six decimals, never negative (BR-27)."""
Percent = Annotated[DecimalString, Field(ge=0, le=100, decimal_places=2)]


class Line(Input):
    """A line as given. `unit`: a code of UN/ECE Recommendation 20 (C62 piece, HUR hour, DAY, ...) or a word to
    print as it is; `discount_percent` and `vat_rate` in percent."""

    description: Annotated[Text, Field(min_length=1, max_length=1000)]
    quantity: Quantity
    unit: Annotated[OneLine, Field(min_length=1, max_length=20)] = "C62"
    unit_price: UnitPrice
    discount_percent: Percent = Decimal(0)
    vat_rate: Percent


class Priced(Protocol):
    """What the amount of a line comes from."""

    @property
    def quantity(self) -> Decimal: ...
    @property
    def unit_price(self) -> Decimal: ...
    @property
    def discount_percent(self) -> Decimal: ...


class DocumentLine(Contract):
    """A line as printed; `net` is its amount without VAT, after the discount (BT-131)."""

    description: str
    quantity: DecimalString
    unit: str
    unit_price: DecimalString
    discount_percent: DecimalString
    vat_rate: DecimalString
    net: Amount


class VatShare(Contract):
    """What one rate of VAT applies to, and what it comes to (BG-23)."""

    vat_rate: DecimalString
    base: Amount
    vat: Amount


class Amounts(Contract):
    """What a document says of money (BG-22): `total` is `total_without_vat` and `total_vat` together."""

    lines: list[DocumentLine]
    vat_shares: list[VatShare]
    total_without_vat: Amount
    total_vat: Amount
    total: Amount


def amounts_of(lines: Iterable[Line], *, digits: int = 2) -> Amounts:
    """Each line is rounded (BR-CO-10), VAT is rounded once for each rate on the sum of its lines (BR-CO-17).

    `digits`: the decimals that amounts of the currency have, `currencies.digits_of`.
    """
    printed = [DocumentLine(**line.model_dump(), net=net_amount(line, digits)) for line in lines]
    shares = _vat_shares(printed, digits)
    without_vat = sum((share.base for share in shares), Decimal("0.00"))
    vat = sum((share.vat for share in shares), Decimal("0.00"))
    return Amounts(
        lines=printed, vat_shares=shares, total_without_vat=without_vat, total_vat=vat, total=without_vat + vat
    )


def net_amount(line: Priced, digits: int = 2) -> Decimal:
    """Quantity x price less the discount, rounded once."""
    with localcontext(prec=PRECISION):
        return round_amount(line.quantity * line.unit_price * (100 - line.discount_percent) / 100, digits)


def _vat_shares(lines: Sequence[DocumentLine], digits: int) -> list[VatShare]:
    """One for each rate, the highest first; 20 and 20.00 are the same rate."""
    bases: dict[Decimal, Decimal] = {}
    for line in lines:
        bases[line.vat_rate] = bases.get(line.vat_rate, Decimal("0.00")) + line.net
    return [
        VatShare(vat_rate=rate, base=bases[rate], vat=round_amount(bases[rate] * rate / 100, digits))
        for rate in sorted(bases, reverse=True)
    ]


LARGEST = Decimal("4999999999.99")
"""Of a document's lines, signs left out: with VAT of 100 % the total still has ten digits before the point."""


def _of_a_sum_that_fits(lines: list[Line]) -> list[Line]:
    together = sum(abs(net_amount(line)) for line in lines)
    if together > LARGEST:
        raise ValueError(f"the lines come to {together:f} without VAT; expected at most {LARGEST:f}")
    return lines


Lines = Annotated[list[Line], Field(min_length=1, max_length=500), AfterValidator(_of_a_sum_that_fits)]
"""The lines of a document, of which `amounts_of` can make amounts that fit."""
