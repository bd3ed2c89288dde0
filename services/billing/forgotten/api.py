"""Invoices that a restored database forgot, over HTTP."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import StringConstraints, TypeAdapter

from chassis.auth import Caller, require
from chassis.database import Transaction
from chassis.paging import Cursor, Limit, Page, page_of, position_of
from contracts.rights import Right
from services.billing.forgotten import store
from services.billing.forgotten.schemas import ForgottenView

router = APIRouter(prefix="/forgotten-invoices", tags=["invoices"])

NUMBER = TypeAdapter(tuple[Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00]*$")]])


@router.get("")
async def list_forgotten(
    caller: Annotated[Caller, require(Right.INVOICES_READ)],
    transaction: Transaction,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ForgottenView]:
    """Issued after the backup that the database was restored from, by their numbers, which stay taken."""
    after = position_of(cursor, NUMBER)
    rows = await store.page(transaction, caller.organisation, after=after, limit=limit + 1)
    return page_of(rows, limit, ForgottenView.model_validate, position=lambda row: (row.number,))
