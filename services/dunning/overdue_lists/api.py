"""`/overdue-list`: the caller's own; `/overdue-lists`: everyone's."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import TypeAdapter

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import Cursor, Limit, Page, page_of, position_of
from contracts.rights import Right
from services.dunning.overdue_lists import store, use_cases
from services.dunning.overdue_lists.models import OverdueList
from services.dunning.overdue_lists.schemas import OverdueListInput, OverdueListView

router = APIRouter(tags=["overdue lists"], route_class=IdempotentRoute)

Owner = Annotated[Caller, require(Right.RECEIVABLES_READ)]
Overseer = Annotated[Caller, require(Right.OVERDUE_LISTS_READ)]
Remover = Annotated[Caller, require(Right.OVERDUE_LISTS_END)]
OwnerId = Annotated[str, Path(max_length=200, pattern=r"^[^\x00]+$")]

BY_OWNER = TypeAdapter(tuple[str])


@router.get("/overdue-list", response_model=OverdueListView)
async def read_overdue_list(caller: Owner, transaction: Transaction) -> OverdueList:
    """404 when the caller gets none."""
    return await use_cases.get(transaction, caller.organisation, caller.subject)


@router.put("/overdue-list", response_model=OverdueListView)
async def ask_for_overdue_list(
    wanted: OverdueListInput, caller: Owner, transaction: Transaction, now: CurrentClock
) -> OverdueList:
    """Have it sent once a week to the caller's own address, for 26 weeks from now on.

    409 `reader_without_address` for a caller that is no person.
    """
    return await use_cases.ask_for(transaction, caller, wanted, now=now())


@router.delete("/overdue-list", status_code=204)
async def end_overdue_list(caller: Owner, transaction: Transaction) -> None:
    await use_cases.end(transaction, caller.organisation, caller.subject)


@router.get("/overdue-lists")
async def list_overdue_lists(
    caller: Overseer, transaction: Transaction, limit: Limit = 50, cursor: Cursor = None
) -> Page[OverdueListView]:
    """Whoever gets one, by the id of the owner."""
    after = position_of(cursor, BY_OWNER)
    rows = await store.page(transaction, caller.organisation, after=after[0] if after else None, limit=limit + 1)
    return page_of(rows, limit, _view, position=lambda row: (row.owner,))


@router.get("/overdue-lists/{owner}", response_model=OverdueListView)
async def read_overdue_list_of(owner: OwnerId, caller: Overseer, transaction: Transaction) -> OverdueList:
    """For the workflow that sends it, which has to know whether it is still asked for. 404 when it is not."""
    return await use_cases.get(transaction, caller.organisation, owner)


@router.delete("/overdue-lists/{owner}", status_code=204)
async def end_overdue_list_of(owner: OwnerId, caller: Remover, transaction: Transaction) -> None:
    """Of someone who left, for example."""
    await use_cases.end(transaction, caller.organisation, owner)


def _view(row: OverdueList) -> OverdueListView:
    return OverdueListView.model_validate(row)
