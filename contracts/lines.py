"""Lines of quotes and invoices, and the one computation of their amounts (EN 16931).

A quote and the invoice that follows from it must show the same totals: both services compute them here.
"""

from collections.abc import Iterable
from decimal import Decimal, localcontext
from typing import Annotated, Protocol

from pydantic import AfterValidator, Field

from contracts.base import Amount, Contract, DecimalString, Input
from contracts.money import round_amount

PRECISION = 60
"""Digits of the exact products before their rounding: quantity (21) x price (21) x discount (8)."""

LARGEST_SUM = Decimal("4999999999999.99")
"""Without VAT; with VAT of up to 100 % it still is an `Amount`."""


class Priced(Protocol):
    """What the amount of a line comes from; rates in percent, `unit_price` without VAT."""

    @property
    def quantity(self) -> Decimal: ...
    @property
    def unit_price(self) -> Decimal: ...
    @property
    def discount_percent(self) -> Decimal: ...
    @property
    def vat_rate(self) -> Decimal: ...


class VatSubtotal(Contract):
    """VAT breakdown (BG-23): one for each rate that the lines have."""

    rate: DecimalString
    taxable: Amount
    amount: Amount


class Totals(Contract):
    """Document totals (BG-22): `total` is `without_vat` + `vat`; `by_rate` has the highest rate first."""

    without_vat: Amount
    vat: Amount
    total: Amount
    by_rate: tuple[VatSubtotal, ...]


def net_amount(line: Priced) -> Decimal:
    """The line's amount without VAT (BT-131): quantity x price less the discount, rounded once."""
    with localcontext(prec=PRECISION):
        return round_amount(line.quantity * line.unit_price * (100 - line.discount_percent) / 100)


def totals_of(lines: Iterable[Priced]) -> Totals:
    """The totals of a document: VAT for each rate on the sum of its lines, rounded once (BR-CO-10, 13 to 15, 17)."""
    taxable: dict[Decimal, Decimal] = {}
    with localcontext(prec=PRECISION):
        for line in lines:
            taxable[line.vat_rate] = taxable.get(line.vat_rate, Decimal("0.00")) + net_amount(line)
        by_rate = tuple(
            VatSubtotal(rate=rate, taxable=taxable[rate], amount=round_amount(taxable[rate] * rate / 100))
            for rate in sorted(taxable, reverse=True)
        )
        without_vat = sum((each.taxable for each in by_rate), Decimal("0.00"))
        vat = sum((each.amount for each in by_rate), Decimal("0.00"))
        return Totals(without_vat=without_vat, vat=vat, total=without_vat + vat, by_rate=by_rate)


def _printable(value: str) -> str:
    if not value.strip():
        raise ValueError("is blank; expected what is sold")
    if any(character < " " and character not in "\n\t" for character in value):
        raise ValueError("has control characters; expected text, with line breaks where wanted")
    return value


def _not_zero(value: Decimal) -> Decimal:
    if not value:
        raise ValueError("0 is not a quantity; expected more, or less for a deduction")
    return value


Quantity = Annotated[DecimalString, Field(max_digits=15, decimal_places=4), AfterValidator(_not_zero)]
UnitPrice = Annotated[DecimalString, Field(ge=0, max_digits=18, decimal_places=6)]
Percent = Annotated[DecimalString, Field(ge=0, le=100, decimal_places=2)]


class Line(Input):
    """A line as a person writes it. At most four decimals of quantity and six of price, a price never negative
    (BR-27 of EN 16931, BR-FR-DEC of the French CTC profile); `unit` is a code of UN/ECE Recommendation 20."""

    description: Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_printable)]
    quantity: Quantity
    unit: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,3}$")] = "C62"
    unit_price: UnitPrice
    discount_percent: Percent = Decimal(0)
    vat_rate: Percent


def _of_a_sum_that_fits(lines: list[Line]) -> list[Line]:
    """Checked before any amount is made of them, so that nothing too large is stored by half."""
    with localcontext(prec=PRECISION):
        largest = sum(abs(net_amount(line)) for line in lines)
    if largest > LARGEST_SUM:
        raise ValueError(f"together they come to {largest:f}; expected at most {LARGEST_SUM:f} without VAT")
    return lines


Lines = Annotated[list[Line], Field(min_length=1, max_length=500), AfterValidator(_of_a_sum_that_fits)]
"""The lines of a document: one at least, of amounts that can be stored."""
