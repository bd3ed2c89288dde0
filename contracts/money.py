"""Money, and the one rounding of the house."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from contracts.base import CENT, Amount, Contract, Currency
from contracts.currencies import digits_of


def round_amount(value: Decimal, digits: int = 2) -> Decimal:
    """Half up, as EN 16931 rounds amounts: 1.005 gives 1.01, -1.005 gives -1.01.

    `digits`: the decimals of its currency. With none 1.5 gives 2.00: every amount is written with two.
    """
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP).quantize(CENT)


def digits_shown(amount: Decimal, currency: str) -> int:
    """0 or 2: as many as the currency has, and two where the amount has cents all the same, for none are hidden."""
    return 0 if digits_of(currency) == 0 and amount == amount.to_integral_value() else 2


class DifferentCurrencies(ValueError):
    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"Amounts in {left} and {right} cannot be combined.")


class Money(Contract):
    amount: Amount
    currency: Currency

    def __add__(self, other: Self) -> Self:
        return self._with(self.amount + self._same(other).amount)

    def __sub__(self, other: Self) -> Self:
        return self._with(self.amount - self._same(other).amount)

    def __lt__(self, other: Self) -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: Self) -> bool:
        return self.amount <= self._same(other).amount

    def _with(self, amount: Decimal) -> Self:
        return self.model_copy(update={"amount": amount})

    def _same(self, other: Self) -> Self:
        if other.currency != self.currency:
            raise DifferentCurrencies(self.currency, other.currency)
        return other
