"""What a quote earns and what it gives away: computed when somebody looks, never stored."""

from collections.abc import Sequence
from decimal import Decimal, localcontext

from contracts.base import Amount, Contract, DecimalString
from contracts.currencies import digits_of
from contracts.lines import PRECISION, DocumentLine
from contracts.money import round_amount
from services.quotes.quotes.models import PricedLine


class Margin(Contract):
    """`amount`: the total without VAT less what the lines cost. `rate`: its percentage of that total (taux de
    marque), two decimals; None when the total is not above 0."""

    amount: Amount
    rate: DecimalString | None


def margin_of(lines: Sequence[PricedLine], currency: str) -> Margin | None:
    """None unless every line has its cost price: the margin of a part would pass for that of the whole."""
    digits = _digits(lines, currency)
    costs = [cost_of(line.quantity, line.cost_price, digits) for line in lines if line.cost_price is not None]
    if len(costs) < len(lines):
        return None
    net = sum((line.net for line in lines), Decimal("0.00"))
    amount = net - sum(costs, Decimal("0.00"))
    return Margin(amount=amount, rate=round_amount(amount * 100 / net) if net > 0 else None)


def total_discount(lines: Sequence[DocumentLine], currency: str) -> Decimal:
    """Without VAT: what the lines would come to without their discounts, less what they come to (BT-136)."""
    digits = _digits(lines, currency)
    discounted = [line for line in lines if line.discount_percent]
    return sum((cost_of(line.quantity, line.unit_price, digits) - line.net for line in discounted), Decimal("0.00"))


def _digits(lines: Sequence[DocumentLine], currency: str) -> int:
    """Lines of before had cents in whatever currency: what is compared with them has them too."""
    return 2 if any(line.net % 1 for line in lines) else digits_of(currency)


def cost_of(quantity: Decimal, price: Decimal, digits: int = 2) -> Decimal:
    """Rounded once, as the amount of a line is."""
    with localcontext(prec=PRECISION):
        return round_amount(quantity * price, digits)
