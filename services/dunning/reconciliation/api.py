"""The runs of the reconciliation over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from chassis.auth import Caller, require
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import MOMENT_AND_ID, Cursor, Limit, Page, page_of, position_of
from contracts.rights import Right
from services.dunning.reconciliation import store
from services.dunning.reconciliation.schemas import ReconciliationView

router = APIRouter(prefix="/reconciliations", tags=["reconciliation"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.RECONCILIATION_READ)]


@router.get("")
async def list_reconciliations(
    caller: Reader, transaction: Transaction, limit: Limit = 50, cursor: Cursor = None
) -> Page[ReconciliationView]:
    """Newest first: how many overdue invoices were looked at, and what had to be mended."""
    before = position_of(cursor, MOMENT_AND_ID)
    rows = await store.page(transaction, caller.organisation, before=before, limit=limit + 1)
    return page_of(rows, limit, ReconciliationView.model_validate, position=lambda row: (row.started_at, row.id))
