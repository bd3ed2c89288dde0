"""Someone paid twice and one of the two came undone: what is left of the other takes its place, nobody is dunned.

So the balance of an invoice does not depend on the order in which its payments and their reversals arrive.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.caller import Author
from services.billing.payments.facts import Movement, move, tell_applied
from services.billing.payments.models import AllocationCause, Payment, PaymentStatus
from services.billing.receivables.models import Receivable


def cover(
    session: AsyncSession,
    receivable: Receivable,
    owed: Decimal,
    others: Sequence[Payment],
    *,
    instead_of: Payment,
    by: Author,
    now: datetime,
) -> Decimal:
    """Bring up to `owed` from the locked `others` that named this invoice; returns what was brought."""
    left = owed
    for payment in sorted(others, key=lambda each: (each.recorded_at, each.payment_id)):
        share = min(payment.unallocated, left) if payment.invoice_id == receivable.invoice_id else Decimal(0)
        if not share:
            continue
        movement = Movement(receivable, share, AllocationCause.COVERED)
        move(session, payment, movement, by=by, now=now)
        payment.status = PaymentStatus.APPLIED
        payment.reason = f"took the place of payment {instead_of.payment_id} on invoice {receivable.number}"
        tell_applied(session, payment, [movement], now=now)
        left -= share
    return owed - left
