"""Cases over HTTP: for people to see, pause, resume and close; for the workflow, the circumstances of a step."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Reading, Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import MOMENT_AND_ID, Cursor, Limit, Page, page_of, position_of
from contracts.dunning import CaseState, Circumstances, ClosingReason
from contracts.rights import Right
from services.dunning.cases import holding, store, use_cases
from services.dunning.cases.schemas import CaseSummary, CaseView, Closing, Dispute, Pause, Promise, Resumption
from services.dunning.cases.views import view

router = APIRouter(prefix="/cases", tags=["cases"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.CASES_READ)]
Collector = Annotated[Caller, require(Right.CASES_STEER)]
Service = Annotated[Caller, require(Right.CASES_CARRY_OUT)]


@router.get("")
async def list_cases(
    caller: Reader,
    transaction: Transaction,
    state: CaseState | None = None,
    reason: ClosingReason | None = None,
    customer_id: UUID | None = None,
    invoice_id: Annotated[list[UUID] | None, Query(max_length=200, description="Given once for each invoice")] = None,
    number: Annotated[str | None, Query(max_length=35, pattern=r"^[^\x00]*$")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[CaseSummary]:
    """Newest first."""
    filters = store.filters_of(state, reason, customer_id, number, invoices=invoice_id)
    before = position_of(cursor, MOMENT_AND_ID)
    rows = await store.page(transaction, caller.organisation, *filters, before=before, limit=limit + 1)
    return page_of(rows, limit, CaseSummary.model_validate, position=lambda row: (row.created_at, row.id))


@router.get("/{invoice_id}")
async def read_case(invoice_id: UUID, caller: Reader, transaction: Transaction, now: CurrentClock) -> CaseView:
    """With its holds, the steps to come and the journal, newest first."""
    return await view(transaction, await use_cases.existing_case(transaction, caller, invoice_id), now=now())


@router.post("/{invoice_id}/pause")
async def pause_case(
    invoice_id: UUID, pause: Pause, caller: Collector, transaction: Transaction, now: CurrentClock
) -> CaseView:
    """Nothing is sent meanwhile. 409 once the case is closed."""
    at = now()
    return await view(transaction, await holding.pause_case(transaction, caller, invoice_id, pause, now=at), now=at)


@router.post("/{invoice_id}/promise")
async def note_promise(
    invoice_id: UUID, promise: Promise, caller: Collector, transaction: Transaction, now: CurrentClock
) -> CaseView:
    """Nothing is sent until the promised day is over; the journal then says whether it was kept. 409 once closed."""
    at = now()
    return await view(transaction, await holding.note_promise(transaction, caller, invoice_id, promise, now=at), now=at)


@router.post("/{invoice_id}/dispute")
async def note_dispute(
    invoice_id: UUID, dispute: Dispute, caller: Collector, transaction: Transaction, now: CurrentClock
) -> CaseView:
    """Nothing is sent until someone resumes the case. 409 once it is closed."""
    at = now()
    return await view(transaction, await holding.note_dispute(transaction, caller, invoice_id, dispute, now=at), now=at)


@router.post("/{invoice_id}/resume")
async def resume_case(
    invoice_id: UUID,
    caller: Collector,
    transaction: Transaction,
    now: CurrentClock,
    resumption: Resumption | None = None,
) -> CaseView:
    """Lift all that holds the case. 409 when nothing does."""
    at, note = now(), resumption.note if resumption else ""
    case = await holding.resume_case(transaction, caller, invoice_id, note=note, now=at)
    return await view(transaction, case, now=at)


@router.post("/{invoice_id}/close")
async def close_case(
    invoice_id: UUID, closing: Closing, caller: Collector, transaction: Transaction, now: CurrentClock
) -> CaseView:
    """Stop dunning for this invoice. 409 once the case is closed."""
    at = now()
    return await view(
        transaction, await use_cases.close_by_hand(transaction, caller, invoice_id, closing, now=at), now=at
    )


@router.get("/{invoice_id}/circumstances")
async def read_circumstances(invoice_id: UUID, caller: Service, reading: Reading, now: CurrentClock) -> Circumstances:
    """What bears on contacting the customer now: holds, exclusions, limits, the last contact."""
    return await use_cases.circumstances(reading, caller, invoice_id, now=now())
