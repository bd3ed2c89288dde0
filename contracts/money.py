"""Money, and the one rounding of the house."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from contracts.base import CENT, Amount, Contract, Currency


def round_amount(value: Decimal) -> Decimal:
    """Half up to two decimals, as EN 16931 rounds amounts: 1.005 gives 1.01, -1.005 gives -1.01."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


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
