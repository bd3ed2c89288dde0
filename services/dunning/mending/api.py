"""Which workflows run, and bringing a case or its workflow up to date: for `relance reconcile`, and for workflows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import Cursor, Limit, Page
from chassis.passing import TryAgain
from chassis.problems import DomainError, InvalidField
from contracts.dunning import StepTurn
from contracts.receivable import Receivable
from contracts.rights import Right
from services.dunning.cases import store
from services.dunning.cases.following import follow
from services.dunning.cases.schemas import CaseSummary
from services.dunning.mending import use_cases
from services.dunning.mending.schemas import MendedView, RunningView, ToldView
from services.dunning.steering.running import RunningWorkflows
from services.dunning.steering.use_cases import Steering

router = APIRouter(tags=["operations"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.OPERATIONS_READ)]
Mender = Annotated[Caller, require(Right.OPERATIONS_REPAIR)]
Service = Annotated[Caller, require(Right.CASES_CARRY_OUT)]
Invoices = Annotated[list[UUID], Query(min_length=1, max_length=200, description="Given once for each invoice")]


async def _workflows(request: Request) -> RunningWorkflows:
    workflows: RunningWorkflows = request.app.state.workflows
    return workflows


async def _steering(request: Request) -> Steering:
    steering: Steering = request.app.state.steering
    return steering


class NotYet(DomainError):
    """Temporal does not answer, or the run before has not ended: the same request may be made again."""

    status = 503


@contextmanager
def _saying_when_not() -> Iterator[None]:
    try:
        yield
    except TryAgain as error:
        raise NotYet(str(error)) from error


Workflows = Annotated[RunningWorkflows, Depends(_workflows)]


@router.get("/workflows")
async def list_workflows(
    caller: Reader, transaction: Transaction, workflows: Workflows, limit: Limit = 50, cursor: Cursor = None
) -> Page[RunningView]:
    """Those that run, as Temporal lists them, which may lag by a moment. 503 while it does not answer."""
    with _saying_when_not():
        found, following = await workflows.running_page(caller.organisation, after=cursor, limit=limit)
    cases = await store.cases_of(transaction, caller.organisation, list(found))
    states = {case.invoice_id: case.state for case in cases}
    items = [RunningView(invoice_id=each, run=run, state=states.get(each)) for each, run in found.items()]
    return Page(items=items, next=following)


@router.get("/workflows/running")
async def which_run(caller: Reader, transaction: Transaction, workflows: Workflows, invoice_id: Invoices) -> list[UUID]:
    """Those of these invoices whose workflow runs now, for the run that their case is in."""
    cases = await store.cases_of(transaction, caller.organisation, invoice_id)
    with _saying_when_not():
        return await workflows.which_run(cases)


@router.get("/workflows/behind")
async def which_are_behind(
    caller: Reader, transaction: Transaction, workflows: Workflows, now: CurrentClock, invoice_id: Invoices
) -> list[UUID]:
    """Those of these invoices whose workflow was not told how its case changed, or sleeps on though its step is due."""
    with _saying_when_not():
        return sorted(await use_cases.behind(transaction, caller.organisation, invoice_id, workflows, now=now))


@router.post("/cases/{invoice_id}/out-of-step")
async def tell_again(
    invoice_id: UUID, turn: StepTurn, caller: Service, transaction: Transaction, now: CurrentClock
) -> ToldView:
    """The workflow of this turn found that it follows another case than dunning has: it is told how the case is."""
    return ToldView(is_told=await use_cases.tell_again(transaction, caller, invoice_id, turn, now=now))


@router.post("/workflows/{invoice_id}/steer")
async def steer_workflow(
    invoice_id: UUID, caller: Mender, transaction: Transaction, steering: Annotated[Steering, Depends(_steering)]
) -> MendedView:
    """Bring the workflow in step with its case: start it, tell it, or close it. 503 while it cannot be done yet."""
    with _saying_when_not():
        mended = await steering.steer(transaction, caller.organisation, invoice_id)
    return MendedView(invoice_id=invoice_id, mended=mended)


@router.put("/cases/{invoice_id}/receivable")
async def take_receivable(
    invoice_id: UUID, body: Receivable, caller: Mender, transaction: Transaction, now: CurrentClock
) -> CaseSummary:
    """Billing's receivable as it is, for a case that missed an event of it; one older than the case's is ignored."""
    if body.invoice_id != invoice_id:
        raise InvalidField("invoice_id", str(body.invoice_id), f"{invoice_id}, as in the address")
    if body.organisation != caller.organisation:
        raise InvalidField("organisation", body.organisation, f"{caller.organisation}, the caller's")
    return CaseSummary.model_validate(await follow(transaction, body, now=now(), again=True))
