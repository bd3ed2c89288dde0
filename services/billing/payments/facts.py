"""What is written and told when money moves: allocations, the payment's own columns, and the outcome event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from chassis.caller import Author
from contracts.events.billing import AllocationView, PaymentApplied, PaymentRejected, PaymentUnallocated
from services.billing.payments.models import Allocation, AllocationCause, Payment, PaymentRefusal
from services.billing.receivables.models import Receivable


@dataclass(frozen=True)
class Movement:
    """Money from a payment to an invoice, or back when `amount` is negative."""

    receivable: Receivable
    amount: Decimal
    cause: AllocationCause


def move(session: AsyncSession, payment: Payment, movement: Movement, *, by: Author, now: datetime) -> None:
    """Write the allocation and take it from what the payment has left."""
    session.add(taken(payment, movement, by=by, now=now))


def taken(payment: Payment, movement: Movement, *, by: Author, now: datetime) -> Allocation:
    """The allocation, once it is taken from what the payment has left."""
    payment.unallocated -= movement.amount
    payment.customer_id = payment.customer_id or movement.receivable.customer_id
    return Allocation(
        organisation=payment.organisation,
        payment_id=payment.payment_id,
        invoice_id=movement.receivable.invoice_id,
        amount=movement.amount,
        cause=movement.cause,
        made_by=by.id,
        made_by_name=by.name,
        made_at=now,
    )


def tell_applied(session: AsyncSession, payment: Payment, movements: Sequence[Movement], *, now: datetime) -> None:
    outbox.record(session, applied(payment, movements), at=now)


def applied(payment: Payment, movements: Sequence[Movement]) -> PaymentApplied:
    """`allocations` of the event are what this fact moved, not all that was moved before."""
    return PaymentApplied(
        organisation=payment.organisation,
        payment_id=payment.payment_id,
        allocations=[_view(movement) for movement in movements],
        unallocated=payment.unallocated,
        currency=payment.currency,
        reason=payment.reason,
    )


def tell_unallocated(session: AsyncSession, payment: Payment, *, now: datetime) -> None:
    event = PaymentUnallocated(
        organisation=payment.organisation,
        payment_id=payment.payment_id,
        unallocated=payment.unallocated,
        currency=payment.currency,
        reason=payment.reason,
    )
    outbox.record(session, event, at=now)


def tell_rejected(session: AsyncSession, refusal: PaymentRefusal, *, now: datetime) -> None:
    event = PaymentRejected(organisation=refusal.organisation, payment_id=refusal.payment_id, reason=refusal.reason)
    outbox.record(session, event, at=now)


def _view(movement: Movement) -> AllocationView:
    receivable = movement.receivable
    return AllocationView(invoice_id=receivable.invoice_id, number=receivable.number, amount=movement.amount)
