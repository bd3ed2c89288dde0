"""Another scenario for a case, over HTTP."""

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
from services.dunning.transfers import use_cases
from services.dunning.transfers.schemas import Destination, Transfer, TransferPreview

router = APIRouter(prefix="/cases/{invoice_id}/scenario", tags=["cases"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.CASES_READ)]
Collector = Annotated[Caller, require(Right.CASES_STEER)]


@router.post("/preview")
async def preview(
    invoice_id: UUID, body: Destination, caller: Reader, transaction: Transaction, now: CurrentClock
) -> TransferPreview:
    """The steps to come as they are, and as they would be. 409 once the case is closed."""
    return await use_cases.preview(transaction, caller, invoice_id, body, now=now())


@router.post("")
async def change_scenario(
    invoice_id: UUID, body: Transfer, caller: Collector, transaction: Transaction, now: CurrentClock
) -> CaseView:
    """Follow another scenario from now on; a step whose key is done does not come again. 409 once closed."""
    at = now()
    return await view(transaction, await use_cases.transfer(transaction, caller, invoice_id, body, now=at), now=at)
