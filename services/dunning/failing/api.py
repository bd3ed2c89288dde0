"""The workflows of cases and of overdue lists that need a person, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from chassis.auth import Caller, require
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from contracts.rights import Right
from services.dunning.cases import store
from services.dunning.failing.schemas import FailingListView
from services.dunning.overdue_lists import store as lists
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
    """Stuck now, or failed within seven days: at most 200, the newest first. `about` is the invoice."""
    found = subjects(await ask())
    cases = await store.cases_of(transaction, caller.organisation, list(found))
    return views(found, {case.invoice_id: case.number for case in cases})


async def _ask_of_lists(request: Request) -> Ask:
    ask: Ask = request.app.state.failing_lists
    return ask


@router.get("/failing/overdue-lists")
async def list_failing_overdue_lists(
    caller: Reader, transaction: Transaction, ask: Annotated[Ask, Depends(_ask_of_lists)]
) -> list[FailingListView]:
    """As `/workflows/failing`, of the overdue lists that people of the organisation still ask for."""
    found = await ask()
    owners = await lists.by_id(transaction, caller.organisation) if found else {}
    told = (FailingListView.of(each, owners) for each in found)
    return [view for view in told if view is not None]
