"""The journal over HTTP: for people, all of it; for the workflow, the decisions of its turns."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import NUMBER, Cursor, Limit, Page, page_of, position_of
from contracts.base import Key
from contracts.dunning import CaseFact, Decision, DecisionRecord, Outcome
from contracts.rights import Right
from services.dunning.journal import store, use_cases
from services.dunning.journal.schemas import JournalEntryView

router = APIRouter(tags=["journal"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.JOURNAL_READ)]
Service = Annotated[Caller, require(Right.CASES_CARRY_OUT)]


@router.get("/journal")
async def read_journal(
    caller: Reader,
    transaction: Transaction,
    invoice_id: UUID | None = None,
    customer_id: UUID | None = None,
    outcome: Outcome | CaseFact | None = None,
    reason: Annotated[str | None, Query(max_length=40, pattern="^[a-z_]+$")] = None,
    step: Key | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[JournalEntryView]:
    """Every decision with its reason, newest first."""
    filters = store.filters_of(invoice_id, customer_id, outcome, reason, step)
    before = position_of(cursor, NUMBER)
    rows = await store.page(transaction, caller.organisation, *filters, before=before, limit=limit + 1)
    return page_of(rows, limit, JournalEntryView.of, position=lambda row: (row.id,))


@router.post("/cases/{invoice_id}/decisions", status_code=201)
async def record_decision(
    invoice_id: UUID, record: DecisionRecord, caller: Service, transaction: Transaction, now: CurrentClock
) -> JournalEntryView:
    """Idempotent on `turn.turn_id`: the same turn again answers what was recorded first."""
    entry = await use_cases.record_decision(transaction, caller, invoice_id, record, now=now())
    return JournalEntryView.of(entry)


@router.get("/cases/{invoice_id}/decisions/{turn_id}")
async def read_decision(invoice_id: UUID, turn_id: UUID, caller: Service, transaction: Transaction) -> Decision:
    """404 while the turn has no decision."""
    return await use_cases.decision_of_turn(transaction, caller, invoice_id, turn_id)
