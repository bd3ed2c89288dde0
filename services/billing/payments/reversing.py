"""A payment came undone: what it paid is owed again, whatever came first, the payment or its reversal."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.caller import Author
from contracts.events import PaymentReversed
from services.billing.payments import domain, store
from services.billing.payments.content import fingerprint_of
from services.billing.payments.covering import cover
from services.billing.payments.facts import Movement, move, tell_applied, tell_unallocated
from services.billing.payments.models import AllocationCause, Payment, PaymentReversal, PaymentStatus
from services.billing.payments.refusing import Outcome, Refused, answered_before, refuse
from services.billing.receivables import domain as receivables
from services.billing.receivables import store as receivable_store
from services.billing.receivables.use_cases import tell


async def reverse(session: AsyncSession, said: PaymentReversed, *, by: Author, now: datetime) -> Outcome:
    """Take back all that the payment brought. The same reversal again changes nothing; another one is refused.

    Before its payment, or after one that was refused, the reversal is kept and undoes the payment when it arrives.
    """
    fingerprint = fingerprint_of(said)
    payment, before = await answered_before(session, said.organisation, said.payment_id, fingerprint)
    if before:
        return before
    known = await store.find_reversal(session, said.organisation, said.payment_id)
    if payment and known:
        if known.fingerprint == fingerprint:
            return Outcome(payment, is_new=False)
        return await refuse(session, Refused.of(said), payment, _reversed_before(known), now=now)
    reversal = _reversal_of(said, fingerprint, now=now)
    if payment is None or not payment.stands:
        payment = payment or _unknown_payment(said, now=now)
        domain.await_payment(payment, reversal)
        session.add(payment)
        tell_unallocated(session, payment, now=now)
    else:
        await _take_back(session, payment, reversal, by=by, now=now)
    session.add(reversal)
    await session.flush()
    return Outcome(payment)


async def _take_back(
    session: AsyncSession, payment: Payment, reversal: PaymentReversal, *, by: Author, now: datetime
) -> None:
    movements, others = await _lock_movements(session, payment)
    for movement in movements:
        move(session, payment, movement, by=by, now=now)
    domain.undo(payment, reversal)
    tell_applied(session, payment, movements, now=now)
    for movement in movements:
        owed = movement.receivable.balance - movement.amount
        covered = cover(session, movement.receivable, owed, others, instead_of=payment, by=by, now=now)
        if change := movement.amount + covered:
            fact = receivables.allocate(movement.receivable, change, now=now)
            await tell(session, movement.receivable, fact, now=now)


async def _lock_movements(session: AsyncSession, payment: Payment) -> tuple[list[Movement], list[Payment]]:
    """What has to come back, and the other payments that have something left for those invoices.

    Both are read under the locks: a credit note may have set money free meanwhile. The invoice that the payment
    named is locked even where nothing of it is: another reversal may be covering that one from this payment.
    """
    touched = {*await store.invoices_of(session, payment), *filter(None, [payment.invoice_id])}
    locked = await receivable_store.lock(session, payment.organisation, touched)
    credits = await store.credits_for(session, payment.organisation, touched)
    rows = await store.lock_all(session, payment.organisation, {payment.payment_id, *credits})
    amounts = await store.invoices_of(session, payment)
    movements = [
        Movement(receivable, -amounts[receivable.invoice_id], AllocationCause.REVERSED)
        for receivable in locked
        if receivable.invoice_id in amounts
    ]
    return movements, [other for other in rows if other is not payment]


def _reversal_of(said: PaymentReversed, fingerprint: str, *, now: datetime) -> PaymentReversal:
    return PaymentReversal(
        organisation=said.organisation,
        payment_id=said.payment_id,
        fingerprint=fingerprint,
        reversed_on=said.reversed_on,
        reason=said.reason,
        recorded_at=now,
    )


def _unknown_payment(said: PaymentReversed, *, now: datetime) -> Payment:
    return Payment(
        organisation=said.organisation,
        payment_id=said.payment_id,
        status=PaymentStatus.AWAITED,
        recorded_at=now,
    )


def _reversed_before(known: PaymentReversal) -> str:
    return (
        f"payment_id: {known.payment_id} was reversed before with other content "
        f"(reversed_on: {known.reversed_on}, reason: {known.reason})"
    )
