"""A person brings what is left of a payment to an invoice, or undoes a payment."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import NotFound
from contracts.events import PaymentReversed
from services.billing.payments import domain, store
from services.billing.payments.facts import Movement
from services.billing.payments.models import AllocationCause, Payment, PaymentStatus
from services.billing.payments.receiving import bring
from services.billing.payments.refusing import Outcome
from services.billing.payments.reversing import reverse
from services.billing.receivables import store as receivable_store


async def match_payment(
    session: AsyncSession, caller: Caller, payment_id: str, invoice_id: UUID, amount: Decimal, *, now: datetime
) -> Payment:
    """Bring `amount` of what is left of a payment to an open invoice in its currency."""
    payment = await _locked(session, caller, payment_id)
    found = await receivable_store.lock(session, caller.organisation, [invoice_id])
    if not found:
        raise NotFound("receivable", invoice_id)
    await store.lock_all(session, caller.organisation, [payment_id])
    domain.check_match(payment, found[0], amount)
    payment.status, payment.reason = PaymentStatus.APPLIED, None
    movement = Movement(found[0], amount, AllocationCause.MATCHED)
    await bring(session, payment, movement, by=caller.author, now=now)
    await session.flush()
    return payment


async def reverse_payment(
    session: AsyncSession, caller: Caller, payment_id: str, reversed_on: date, reason: str, *, now: datetime
) -> Outcome:
    """Undo a payment that is known. The same again changes nothing."""
    payment = await _locked(session, caller, payment_id)
    domain.require_recorded(payment)
    said = PaymentReversed(
        organisation=caller.organisation, payment_id=payment_id, reversed_on=reversed_on, reason=reason
    )
    return await reverse(session, said, by=caller.author, now=now)


async def _locked(session: AsyncSession, caller: Caller, payment_id: str) -> Payment:
    await store.lock_identity(session, caller.organisation, payment_id)
    payment = await store.find(session, caller.organisation, payment_id)
    if payment is None:
        raise NotFound("payment", payment_id)
    return payment
