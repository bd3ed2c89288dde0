"""A single step of a case over HTTP, for people."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from contracts.rights import Right
from services.dunning.cases.schemas import CaseView
from services.dunning.cases.views import view
from services.dunning.steps import use_cases
from services.dunning.steps.schemas import Asking, Skipping

router = APIRouter(prefix="/cases/{invoice_id}", tags=["cases"], route_class=IdempotentRoute)

Collector = Annotated[Caller, require(Right.CASES_STEER)]


@router.post("/skip")
async def skip_step(
    invoice_id: UUID, body: Skipping, caller: Collector, transaction: Transaction, now: CurrentClock
) -> CaseView:
    """Leave a step out for good. 409 when it needs no more work, or once the case is closed."""
    at = now()
    return await view(transaction, await use_cases.skip_step(transaction, caller, invoice_id, body, now=at), now=at)


@router.post("/run", status_code=202)
async def ask_for_step(
    invoice_id: UUID, body: Asking, caller: Collector, transaction: Transaction, now: CurrentClock
) -> CaseView:
    """Try a step now, once: it asks all that it would ask at its moment, and the journal says what came of it.

    A step that may not act now keeps its moment. Errors as `skip`.
    """
    at = now()
    return await view(transaction, await use_cases.ask_for_step(transaction, caller, invoice_id, body, now=at), now=at)
