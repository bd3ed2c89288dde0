"""How many days of sales are outstanding."""

from decimal import ROUND_HALF_UP, Decimal

TENTH = Decimal("0.1")


def days_outstanding(balance: Decimal, invoiced: Decimal, days: int) -> Decimal | None:
    """The simple method: the open balance as a part of what was invoiced in the last `days`, times these days.

    Both with VAT; what was credited is no sale. None when nothing was invoiced, since then no number says anything.
    More than `days` means that more is open than was invoiced in the period.
    """
    if invoiced <= 0:
        return None
    return (balance / invoiced * days).quantize(TENTH, ROUND_HALF_UP)
