"""Receivables: opened by issuing, changed by people's decisions; payments change them in their own room."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from chassis.auth import Caller
from chassis.problems import NotFound
from contracts.receivable import ReceivableView
from services.billing.customers.store import find_customer
from services.billing.payments.models import Allocation, AllocationCause, PaymentReversal
from services.billing.payments.releasing import release
from services.billing.receivables import domain, store
from services.billing.receivables.models import DecisionKind, Receivable, ReceivableDecision
from services.billing.receivables.schemas import DecisionView, PaymentMovement, ReceivableHistory
from services.billing.receivables.views import event_of, view_of
from services.billing.sellers.use_cases import SellerNotSet


async def credit_receivable(
    session: AsyncSession, caller: Caller, invoice_id: UUID, *, credit_note: str, now: datetime
) -> Receivable:
    """Close a receivable by a credit note of its total; what was paid becomes the customer's credit."""
    receivable = await _locked(session, caller, invoice_id)
    owed = receivable.balance
    fact = domain.credit(receivable, now=now)
    await release(session, receivable, by=caller.author, now=now)
    _note(session, caller, receivable, DecisionKind.CREDIT, f"credit note {credit_note}", amount=owed)
    await tell(session, receivable, fact, now=now)
    return receivable


async def agree_due_date(
    session: AsyncSession, caller: Caller, invoice_id: UUID, due_date: date, reason: str, *, now: datetime
) -> Receivable:
    """The same date again changes nothing."""
    receivable = await _locked(session, caller, invoice_id)
    domain.require_open(receivable)
    if receivable.due_date == due_date:
        return receivable
    fact = domain.agree_due_date(receivable, due_date, now=now)
    _note(session, caller, receivable, DecisionKind.DUE_DATE, reason, due_date=due_date)
    await tell(session, receivable, fact, now=now)
    return receivable


async def write_off(
    session: AsyncSession, caller: Caller, invoice_id: UUID, reason: str, *, now: datetime
) -> Receivable:
    receivable = await _locked(session, caller, invoice_id)
    owed = receivable.balance
    fact = domain.write_off(receivable, now=now)
    _note(session, caller, receivable, DecisionKind.WRITE_OFF, reason, amount=owed)
    await tell(session, receivable, fact, now=now)
    return receivable


async def read_receivable(session: AsyncSession, organisation: str, invoice_id: UUID) -> ReceivableView:
    found = await store.find(session, organisation, invoice_id)
    if found is None:
        raise NotFound("receivable", invoice_id)
    if found.seller is None:
        raise SellerNotSet(organisation)
    return view_of(found, found.seller.seller)


async def read_history(session: AsyncSession, organisation: str, invoice_id: UUID) -> ReceivableHistory:
    if await store.find(session, organisation, invoice_id) is None:
        raise NotFound("receivable", invoice_id)
    movements, decisions = await store.history(session, organisation, invoice_id)
    return ReceivableHistory(
        movements=[_movement_of(*each) for each in movements],
        decisions=[DecisionView.model_validate(each) for each in decisions],
    )


def _movement_of(movement: Allocation, reversal: PaymentReversal | None) -> PaymentMovement:
    undone = reversal if movement.cause is AllocationCause.REVERSED else None
    return PaymentMovement(
        payment_id=movement.payment_id,
        amount=movement.amount,
        cause=movement.cause,
        made_by=movement.made_by,
        made_by_name=movement.made_by_name,
        made_at=movement.made_at,
        reason=undone.reason if undone else None,
        reversed_on=undone.reversed_on if undone else None,
    )


async def tell(session: AsyncSession, receivable: Receivable, fact: domain.Fact, *, now: datetime) -> None:
    """Record the fact with the receivable as it stands."""
    customer = await find_customer(session, receivable.organisation, receivable.customer_id)
    if customer is None:
        raise NotFound("customer", receivable.customer_id)
    outbox.record(session, event_of(receivable, customer, fact), at=now)


async def _locked(session: AsyncSession, caller: Caller, invoice_id: UUID) -> Receivable:
    found = await store.lock(session, caller.organisation, [invoice_id])
    if not found:
        raise NotFound("receivable", invoice_id)
    return found[0]


def _note(
    session: AsyncSession,
    caller: Caller,
    receivable: Receivable,
    kind: DecisionKind,
    reason: str,
    *,
    due_date: date | None = None,
    amount: Decimal | None = None,
) -> None:
    session.add(
        ReceivableDecision(
            organisation=receivable.organisation,
            invoice_id=receivable.invoice_id,
            kind=kind,
            reason=reason,
            due_date=due_date,
            amount=amount,
            decided_by=caller.subject,
            decided_by_name=caller.name,
            decided_at=receivable.changed_at,
        )
    )
