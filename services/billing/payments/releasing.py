"""Setting money free that was on an invoice, when a credit note takes the invoice back."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.caller import Author
from services.billing.payments import store
from services.billing.payments.facts import Movement, move, tell_applied
from services.billing.payments.models import AllocationCause, PaymentStatus
from services.billing.receivables.models import Receivable


async def release(session: AsyncSession, receivable: Receivable, *, by: Author, now: datetime) -> None:
    """What was paid on the locked receivable becomes its customer's credit, payment by payment."""
    amounts = await store.payments_on(session, receivable)
    for payment in await store.lock_all(session, receivable.organisation, amounts):
        taken_back = Movement(receivable, -amounts[payment.payment_id], AllocationCause.CREDITED)
        move(session, payment, taken_back, by=by, now=now)
        if payment.unallocated == payment.amount:
            payment.status = PaymentStatus.UNALLOCATED
        payment.reason = f"invoice {receivable.number} was credited"
        tell_applied(session, payment, [taken_back], now=now)
