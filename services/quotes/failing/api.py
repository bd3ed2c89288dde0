"""The follow-ups of quotes that need a person, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from chassis.auth import Caller, require
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from contracts.rights import Right
from services.quotes.quotes import store
from workflows.failing import Ask, FailingView, subjects, views

router = APIRouter(prefix="/workflows", tags=["operations"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.OPERATIONS_READ)]


async def _ask(request: Request) -> Ask:
    ask: Ask = request.app.state.failing
    return ask


@router.get("/failing")
async def list_failing(
    caller: Reader, transaction: Transaction, ask: Annotated[Ask, Depends(_ask)]
) -> list[FailingView]:
    """Stuck now, or failed within seven days: at most 200, the newest first. `about` is the quote."""
    found = subjects(await ask())
    return views(found, await store.numbers_of(transaction, caller.organisation, list(found)))
