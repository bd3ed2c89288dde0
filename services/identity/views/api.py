"""`/views`: what a person keeps to find again on a page. They are theirs alone."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import TypeAdapter

from chassis.auth import Caller, caller_of
from chassis.clock import RealClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import Cursor, Limit, Page, page_of, position_of
from contracts.base import Key, Text
from services.identity.views import use_cases
from services.identity.views.schemas import SavedViewView, ViewChange, ViewInput

router = APIRouter(prefix="/views", tags=["saved views"], route_class=IdempotentRoute)

Anyone = Annotated[Caller, Depends(caller_of)]
OfPage = Annotated[Key, Query(description="The page's own name, for example `receivables`")]
NAME: TypeAdapter[tuple[str]] = TypeAdapter(tuple[Text])


@router.post("", status_code=201)
async def save_view(body: ViewInput, caller: Anyone, transaction: Transaction, now: RealClock) -> SavedViewView:
    """409 when you have a view of this page by this name."""
    return SavedViewView.model_validate(await use_cases.save_view(transaction, caller, body, now=now()))


@router.get("")
async def list_views(
    page: OfPage, caller: Anyone, transaction: Transaction, cursor: Cursor = None, limit: Limit = 50
) -> Page[SavedViewView]:
    """Your views of one page, by name."""
    after = position_of(cursor, NAME)
    rows = await use_cases.views_of(transaction, caller, page, after=after, limit=limit + 1)
    return page_of(rows, limit, SavedViewView.model_validate, position=lambda row: (row.name,))


@router.put("/{view_id}")
async def change_view(
    view_id: UUID, body: ViewChange, caller: Anyone, transaction: Transaction, now: RealClock
) -> SavedViewView:
    """Rename it, or keep another query under its name."""
    return SavedViewView.model_validate(await use_cases.change_view(transaction, caller, view_id, body, now=now()))


@router.delete("/{view_id}", status_code=204)
async def drop_view(view_id: UUID, caller: Anyone, transaction: Transaction) -> None:
    await use_cases.drop_view(transaction, caller, view_id)
