"""The line of time of a case over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.paging import NUMBER, Cursor, Limit, cut, position_of
from contracts.rights import Right
from services.dunning.cases.schemas import CaseSummary, HoldView
from services.dunning.cases.use_cases import existing_case, holds_now
from services.dunning.journal import store as journal
from services.dunning.journal.schemas import JournalEntryView
from services.dunning.timeline.schemas import Timeline
from services.dunning.timeline.use_cases import future_of

router = APIRouter(prefix="/cases/{invoice_id}", tags=["cases"])

Reader = Annotated[Caller, require(Right.CASES_READ)]


@router.get("/timeline")
async def read_timeline(
    invoice_id: UUID,
    caller: Reader,
    transaction: Transaction,
    now: CurrentClock,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Timeline:
    """What happened to a case, with reasons and evidence, and what is planned, with dates, texts and assignees."""
    at = now()
    case = await existing_case(transaction, caller, invoice_id)
    filters = journal.filters_of(invoice_id=invoice_id)
    before = position_of(cursor, NUMBER)
    rows = await journal.page(transaction, caller.organisation, *filters, before=before, limit=limit + 1)
    shown, older = cut(rows, limit, position=lambda row: (row.id,))
    return Timeline(
        case=CaseSummary.model_validate(case),
        holds=[HoldView.model_validate(hold) for hold in await holds_now(transaction, case, now=at)],
        past=[JournalEntryView.of(row) for row in shown],
        older=older,
        planned=await future_of(transaction, case, now=at),
    )
