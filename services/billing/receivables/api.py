"""`/receivables`: what is owed, by whom, how late, and people's decisions about it."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.dates import business_day
from chassis.idempotency import IdempotentRoute
from chassis.paging import DAY_AND_ID, Cursor, Limit, cut, position_of
from contracts.base import Amount, Text
from contracts.receivable import ReceivableStatus, ReceivableView
from contracts.rights import Right
from services.billing.payments.intake import balances_as_of
from services.billing.receivables import store, use_cases
from services.billing.receivables.schemas import DueDateAgreement, ReceivableHistory, ReceivablePage, WriteOff
from services.billing.receivables.store import Filters
from services.billing.receivables.views import item_of

router = APIRouter(prefix="/receivables", tags=["receivables"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.RECEIVABLES_READ)]
Negotiator = Annotated[Caller, require(Right.RECEIVABLES_NEGOTIATE)]
Accountant = Annotated[Caller, require(Right.RECEIVABLES_WRITE_OFF)]
Overdue = Annotated[bool | None, Query(description="Open after its due date; false: all others")]
DaysLate = Annotated[int | None, Query(ge=-36_500, le=36_500, description="Calendar days since the due date")]
Balance = Annotated[Amount | None, Query(description="Of the balance, a decimal string")]
Search = Annotated[Text | None, Query(min_length=1, max_length=35, description="In the number")]


@router.get("")
async def list_receivables(
    caller: Reader,
    transaction: Transaction,
    now: CurrentClock,
    overdue: Overdue = None,
    customer_id: UUID | None = None,
    min_amount: Balance = None,
    max_amount: Balance = None,
    min_days_late: DaysLate = None,
    max_days_late: DaysLate = None,
    status: ReceivableStatus | None = None,
    q: Search = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ReceivablePage:
    """Those due first come first."""
    today = business_day(now())
    filters = Filters(
        today=today,
        is_overdue=overdue,
        due_until=_days_before(today, min_days_late),
        due_from=_days_before(today, max_days_late),
        customer_id=customer_id,
        min_amount=min_amount,
        max_amount=max_amount,
        status=status,
        number=q,
    )
    as_of = await balances_as_of(transaction)
    after = position_of(cursor, DAY_AND_ID)
    rows = await store.page(transaction, caller.organisation, filters, after=after, limit=limit + 1)
    shown, following = cut(rows, limit, position=lambda row: (row[0].due_date, row[0].invoice_id))
    items = [item_of(receivable, customer, today=today) for receivable, customer in shown]
    return ReceivablePage(items=items, next=following, as_of=as_of)


@router.get("/{invoice_id}")
async def read_receivable(invoice_id: UUID, caller: Reader, transaction: Transaction) -> ReceivableView:
    """The balance, both parties as they are today, and how fresh the balance is."""
    return await use_cases.read_receivable(transaction, caller.organisation, invoice_id)


@router.post("/{invoice_id}/due-date", status_code=201)
async def agree_due_date(
    invoice_id: UUID, body: DueDateAgreement, caller: Negotiator, transaction: Transaction, now: CurrentClock
) -> ReceivableView:
    """Give the customer another date; the invoice document keeps its own. 409 when nothing is owed."""
    await use_cases.agree_due_date(transaction, caller, invoice_id, body.due_date, body.reason, now=now())
    return await use_cases.read_receivable(transaction, caller.organisation, invoice_id)


@router.post("/{invoice_id}/write-off", status_code=201)
async def write_off(
    invoice_id: UUID, body: WriteOff, caller: Accountant, transaction: Transaction, now: CurrentClock
) -> ReceivableView:
    """Give up the balance. 409 when nothing is owed."""
    await use_cases.write_off(transaction, caller, invoice_id, body.reason, now=now())
    return await use_cases.read_receivable(transaction, caller.organisation, invoice_id)


@router.get("/{invoice_id}/history")
async def read_history(invoice_id: UUID, caller: Reader, transaction: Transaction) -> ReceivableHistory:
    """Each movement of money and each decision about it, oldest first."""
    return await use_cases.read_history(transaction, caller.organisation, invoice_id)


def _days_before(today: date, days: int | None) -> date | None:
    return None if days is None else today - timedelta(days=days)
