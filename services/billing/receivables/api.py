"""`/receivables`: what is owed, by whom, how late, and people's decisions about it."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic_core import to_json

from chassis import faults
from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Reading, Sessions, Transaction
from chassis.dates import business_day
from chassis.idempotency import IdempotentRoute
from chassis.paging import Cursor, Limit, cut, position_of
from contracts.base import Amount, Text
from contracts.parties import Language
from contracts.receivable import ReceivableStatus, ReceivableView
from contracts.rights import Right
from services.billing.receivables import store, use_cases
from services.billing.receivables.export import as_csv
from services.billing.receivables.listing import Filters
from services.billing.receivables.orders import KINDS, Order, place_of
from services.billing.receivables.schemas import (
    CurrencyTotal,
    DueDateAgreement,
    ReceivableHistory,
    ReceivablePage,
    ReceivableTotals,
    WriteOff,
)
from services.billing.receivables.views import item_of

router = APIRouter(prefix="/receivables", tags=["receivables"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.RECEIVABLES_READ)]
Negotiator = Annotated[Caller, require(Right.RECEIVABLES_NEGOTIATE)]
Accountant = Annotated[Caller, require(Right.RECEIVABLES_WRITE_OFF)]
Overdue = Annotated[bool | None, Query(description="Open after its due date; false: all others")]
DaysLate = Annotated[int | None, Query(ge=-36_500, le=36_500, description="Calendar days since the due date")]
Balance = Annotated[Amount | None, Query(description="Of the balance, a decimal string")]
Invoices = Annotated[list[UUID] | None, Query(max_length=200, description="These alone; given once for each invoice")]
Search = Annotated[Text | None, Query(min_length=1, max_length=100, description="In the number or the customer's name")]
CSV: dict[int | str, dict[str, object]] = {200: {"content": {"text/csv": {}}, "description": "A table"}}


async def sessions_of(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions


async def asked(
    now: CurrentClock,
    overdue: Overdue = None,
    customer_id: UUID | None = None,
    min_amount: Balance = None,
    max_amount: Balance = None,
    min_days_late: DaysLate = None,
    max_days_late: DaysLate = None,
    status: ReceivableStatus | None = None,
    q: Search = None,
    invoice_id: Invoices = None,
) -> Filters:
    today = business_day(now())
    return Filters(
        today=today,
        is_overdue=overdue,
        due_until=_days_before(today, min_days_late),
        due_from=_days_before(today, max_days_late),
        customer_id=customer_id,
        min_amount=min_amount,
        max_amount=max_amount,
        status=status,
        words=q,
        invoices=invoice_id,
    )


Asked = Annotated[Filters, Depends(asked)]


@router.get("", response_model=ReceivablePage)
async def list_receivables(
    caller: Reader,
    reading: Reading,
    filters: Asked,
    sort: Order = Order.DUE_DATE,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Those due first come first, unless another order is asked for."""
    after = position_of(cursor, KINDS[sort.by])
    as_of, rows = await store.page(reading, caller.organisation, filters, order=sort, after=after, limit=limit + 1)
    shown, following = cut(rows, limit, position=lambda row: place_of(sort, row))
    items = [item_of(row, today=filters.today) for row in shown]
    return Response(to_json({"items": items, "next": following, "as_of": as_of}), media_type="application/json")


@router.get("/totals")
async def read_totals(caller: Reader, reading: Reading, filters: Asked) -> ReceivableTotals:
    """What the list under the same filters comes to, in each currency; of very many, the part that was summed."""
    rows, is_complete = await store.totals(reading, caller.organisation, filters)
    return ReceivableTotals(currencies=[CurrencyTotal(**row) for row in rows], is_complete=is_complete)


@router.get("/export", response_class=StreamingResponse, responses=CSV)
async def export(
    caller: Reader,
    filters: Asked,
    sessions: Annotated[Sessions, Depends(sessions_of)],
    language: Language = Language.ENGLISH,
) -> StreamingResponse:
    """The whole list under the same filters as a file for spreadsheets, in the way of the language's country."""
    lines = as_csv(sessions, caller.organisation, filters, language)
    headers = {"content-disposition": f'attachment; filename="receivables-{filters.today}.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/{invoice_id}")
async def read_receivable(invoice_id: UUID, caller: Reader, reading: Reading) -> ReceivableView:
    """The balance, both parties as they are today, and how fresh the balance is."""
    found = await use_cases.read_receivable(reading, caller.organisation, invoice_id)
    faults.reached("receivable: read, not answered")
    return found


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
async def read_history(invoice_id: UUID, caller: Reader, reading: Reading) -> ReceivableHistory:
    """Each movement of money and each decision about it, oldest first."""
    return await use_cases.read_history(reading, caller.organisation, invoice_id)


def _days_before(today: date, days: int | None) -> date | None:
    return None if days is None else today - timedelta(days=days)
