"""The runs of the reconciliation over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from chassis.auth import EVERYONE, Caller, require
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import Cursor, Limit, Page
from services.dunning import cursors
from services.dunning.reconciliation import store
from services.dunning.reconciliation.schemas import ReconciliationView

router = APIRouter(prefix="/reconciliations", tags=["reconciliation"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(*EVERYONE)]


@router.get("")
async def list_reconciliations(
    caller: Reader, transaction: Transaction, limit: Limit = 50, cursor: Cursor = None
) -> Page[ReconciliationView]:
    """Newest first: how many overdue invoices were looked at, and what had to be mended."""
    before = cursors.moment_and_id(cursor)
    rows = await store.page(transaction, caller.organisation, before=before, limit=limit)
    following = cursors.of(rows[-1].started_at, rows[-1].id) if len(rows) == limit else None
    return Page(items=[ReconciliationView.model_validate(row, from_attributes=True) for row in rows], next=following)
