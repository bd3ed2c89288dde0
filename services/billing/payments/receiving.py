"""Money arrived: recorded once, brought to its invoice, and told, in one transaction."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from chassis.caller import Author
from contracts.events import PaymentReceived
from services.billing.bringing import store as bringing
from services.billing.customers.models import Customer
from services.billing.payments import domain, matching, store
from services.billing.payments.content import fingerprint_of
from services.billing.payments.facts import Movement, applied, move, taken, tell_applied, tell_unallocated
from services.billing.payments.matching import Match
from services.billing.payments.models import Payment, PaymentStatus
from services.billing.payments.refusing import Outcome, Refused, answer_of, refuse
from services.billing.receivables import domain as receivables
from services.billing.receivables import store as receivable_store
from services.billing.receivables.models import Receivable
from services.billing.receivables.use_cases import tell
from services.billing.receivables.views import event_of


async def receive(session: AsyncSession, received: PaymentReceived, *, by: Author, now: datetime) -> Outcome:
    """Record a payment and bring it to the invoice that it names.

    The same content again changes nothing. Other content under the identity of a recorded payment is refused, and
    so is a payment in another currency than its invoice. What was refused may come again, corrected.
    """
    fingerprint = fingerprint_of(received)
    await store.lock_identity(session, received.organisation, received.payment_id)
    receivable, customer, payment = await _named(session, received)
    if payment is not None:
        if before := await answer_of(session, payment, fingerprint):
            return before
        if domain.says_the_same(payment, received):
            return Outcome(payment, is_new=False)
    match = await _match(session, received, receivable)
    if reason := domain.why_refused(payment, received, match):
        return await refuse(session, Refused.of(received), payment, reason, now=now)
    if payment is None:
        payment = _new_payment(received, now=now)
        movement = domain.record(payment, received, match, fingerprint=fingerprint)
        if movement and customer:
            await _bring_at_once(session, payment, movement, customer, by=by, now=now)
            return Outcome(payment)
    else:
        movement = await _record(session, payment, received, match, fingerprint=fingerprint)
    session.add(payment)
    await session.flush()
    await bring(session, payment, movement, by=by, now=now)
    return Outcome(payment)


async def bring(
    session: AsyncSession, payment: Payment, movement: Movement | None, *, by: Author, now: datetime
) -> None:
    """Move the money to the locked receivable, and tell of both; tell of the payment alone when nothing moves."""
    if movement is None:
        tell_unallocated(session, payment, now=now)
        return
    move(session, payment, movement, by=by, now=now)
    tell_applied(session, payment, [movement], now=now)
    fact = receivables.allocate(movement.receivable, movement.amount, now=now)
    await tell(session, movement.receivable, fact, now=now)


async def _bring_at_once(
    session: AsyncSession, payment: Payment, movement: Movement, customer: Customer, *, by: Author, now: datetime
) -> None:
    """As `bring`, by one statement."""
    allocation = taken(payment, movement, by=by, now=now)
    fact = receivables.allocate(movement.receivable, movement.amount, now=now)
    money = outbox.message_of(applied(payment, [movement]), at=now)
    invoice = outbox.message_of(event_of(movement.receivable, customer, fact), at=now)
    await bringing.write(session, payment, allocation, movement.receivable, (money, invoice))


async def _named(
    session: AsyncSession, received: PaymentReceived
) -> tuple[Receivable | None, Customer | None, Payment | None]:
    """The receivable that it names by its number, locked, so that the balance stays as it is seen, and its customer;
    and the payment as it is known. By one look, where there is such an invoice.
    """
    organisation, number = received.organisation, matching.number_of(received)
    if number and (found := await bringing.lock(session, organisation, number, received.payment_id)):
        return found
    return None, None, await store.find(session, organisation, received.payment_id)


async def _match(session: AsyncSession, received: PaymentReceived, named: Receivable | None) -> Match:
    """What it is for; the receivable is locked."""
    if matching.number_of(received) is not None:
        return matching.by_number(received, named)
    numbers = matching.numbers_in(received.remittance or "")
    match = matching.by_remittance(received, await receivable_store.named(session, received.organisation, numbers))
    if match.receivable is not None:
        await receivable_store.lock(session, received.organisation, [match.receivable.invoice_id])
    return match


async def _record(
    session: AsyncSession, payment: Payment, received: PaymentReceived, match: Match, *, fingerprint: str
) -> Movement | None:
    """Of a payment whose identity is known: it was refused before, or its reversal came first."""
    reversal = await store.find_reversal(session, payment.organisation, payment.payment_id)
    movement = domain.record(payment, received, match, fingerprint=fingerprint)
    if reversal is None:
        return movement
    domain.undo(payment, reversal)
    return None


def _new_payment(received: PaymentReceived, *, now: datetime) -> Payment:
    return Payment(
        organisation=received.organisation,
        payment_id=received.payment_id,
        status=PaymentStatus.UNALLOCATED,
        recorded_at=now,
    )
