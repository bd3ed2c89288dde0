"""Exclusions over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import MOMENT_AND_ID, Cursor, Limit, Page, page_of, position_of
from contracts.rights import Right
from services.dunning.exclusions import store, use_cases
from services.dunning.exclusions.models import Exclusion
from services.dunning.exclusions.schemas import ExclusionView, NewExclusion

router = APIRouter(prefix="/exclusions", tags=["exclusions"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.EXCLUSIONS_READ)]
Collector = Annotated[Caller, require(Right.EXCLUSIONS_WRITE)]


@router.get("")
async def list_exclusions(
    caller: Reader, transaction: Transaction, limit: Limit = 50, cursor: Cursor = None
) -> Page[ExclusionView]:
    """Those in force, newest first."""
    before = position_of(cursor, MOMENT_AND_ID)
    rows = await store.page(transaction, caller.organisation, before=before, limit=limit + 1)
    return page_of(rows, limit, _view, position=lambda row: (row.created_at, row.id))


@router.post("", status_code=201)
async def exclude(new: NewExclusion, caller: Collector, transaction: Transaction, now: CurrentClock) -> ExclusionView:
    """Exclude a customer or an invoice; open cases concerned are closed. 409 when it is excluded already."""
    return _view(await use_cases.exclude(transaction, caller, new, now=now()))


@router.delete("/{exclusion_id}", status_code=204)
async def lift_exclusion(exclusion_id: UUID, caller: Collector, transaction: Transaction, now: CurrentClock) -> None:
    """Take it back; the cases concerned are opened again, without repeating a step."""
    await use_cases.lift_exclusion(transaction, caller, exclusion_id, now=now())


def _view(row: Exclusion) -> ExclusionView:
    return ExclusionView.model_validate(row, from_attributes=True)
