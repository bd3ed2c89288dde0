"""Cases over HTTP: for people to see, pause, resume and close; for the workflow, the circumstances of a step."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import MOMENT_AND_ID, Cursor, Limit, Page, page_of, position_of
from contracts.dunning import CaseState, Circumstances, ClosingReason, Hold, PlannedStep
from contracts.rights import Right
from services.dunning.cases import holding, store, use_cases
from services.dunning.cases.models import Case
from services.dunning.cases.schemas import CaseSummary, CaseView, Closing, Pause, PlannedStepView
from services.dunning.journal import store as journal
from services.dunning.journal.schemas import JournalEntryView

router = APIRouter(prefix="/cases", tags=["cases"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.CASES_READ)]
Collector = Annotated[Caller, require(Right.CASES_STEER)]
Service = Annotated[Caller, require(Right.CASES_CARRY_OUT)]

JOURNAL_SHOWN = 200


@router.get("")
async def list_cases(
    caller: Reader,
    transaction: Transaction,
    state: CaseState | None = None,
    reason: ClosingReason | None = None,
    customer_id: UUID | None = None,
    number: Annotated[str | None, Query(max_length=35, pattern=r"^[^\x00]*$")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[CaseSummary]:
    """Newest first."""
    filters = store.filters_of(state, reason, customer_id, number)
    before = position_of(cursor, MOMENT_AND_ID)
    rows = await store.page(transaction, caller.organisation, *filters, before=before, limit=limit + 1)
    return page_of(rows, limit, CaseSummary.model_validate, position=lambda row: (row.created_at, row.id))


@router.get("/{invoice_id}")
async def read_case(invoice_id: UUID, caller: Reader, transaction: Transaction, now: CurrentClock) -> CaseView:
    """With its holds, the steps to come and the journal, newest first."""
    case = await use_cases.existing_case(transaction, caller, invoice_id)
    holds = await use_cases.holds_now(transaction, case, now=now())
    return await _view(transaction, case, holds)


@router.post("/{invoice_id}/pause")
async def pause_case(
    invoice_id: UUID, pause: Pause, caller: Collector, transaction: Transaction, now: CurrentClock
) -> CaseView:
    """Pause, note a promise or a dispute: nothing is sent meanwhile. 409 once the case is closed."""
    hold = Hold(kind=pause.kind, until=pause.until, note=pause.note)
    at = now()
    case = await holding.pause_case(transaction, caller, invoice_id, hold, now=at)
    await transaction.flush()
    return await _view(transaction, case, await use_cases.holds_now(transaction, case, now=at))


@router.post("/{invoice_id}/resume")
async def resume_case(invoice_id: UUID, caller: Collector, transaction: Transaction, now: CurrentClock) -> CaseView:
    """Lift all that holds the case. 409 when nothing does."""
    case = await holding.resume_case(transaction, caller, invoice_id, now=now())
    await transaction.flush()
    return await _view(transaction, case, [])


@router.post("/{invoice_id}/close")
async def close_case(
    invoice_id: UUID, closing: Closing, caller: Collector, transaction: Transaction, now: CurrentClock
) -> CaseView:
    """Stop dunning for this invoice. 409 once the case is closed."""
    case = await use_cases.close_by_hand(transaction, caller, invoice_id, closing, now=now())
    await transaction.flush()
    return await _view(transaction, case, [])


@router.get("/{invoice_id}/circumstances")
async def read_circumstances(
    invoice_id: UUID, caller: Service, transaction: Transaction, now: CurrentClock
) -> Circumstances:
    """What bears on contacting the customer now: holds, exclusions, limits, the last contact."""
    return await use_cases.circumstances(transaction, caller, invoice_id, now=now())


async def _view(transaction: AsyncSession, case: Case, holds: list[Hold]) -> CaseView:
    entries = await journal.of_case(transaction, case.organisation, case.id, limit=JOURNAL_SHOWN)
    summary = CaseSummary.model_validate(case, from_attributes=True)
    return CaseView(
        **dict(summary),
        holds=holds,
        planned=[_planned(step) for step in await use_cases.steps_to_come(transaction, case)],
        journal=[JournalEntryView.of(entry) for entry in entries],
    )


def _planned(planned: PlannedStep) -> PlannedStepView:
    return PlannedStepView(
        step=planned.step.key,
        occurrence=planned.occurrence,
        kind=planned.step.kind,
        days=planned.step.days,
        template=planned.step.template,
        assignee=planned.step.assignee,
        moment=planned.moment,
    )
