"""For `relance reconcile`: what letters and calls go by, and bringing them up to date."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.problems import InvalidField
from contracts.receivable import Receivable
from contracts.rights import Right
from services.notify.closings import domain, store, use_cases
from services.notify.closings.schemas import HeardView

router = APIRouter(prefix="/heard-receivables", tags=["operations"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.OPERATIONS_READ)]
Mender = Annotated[Caller, require(Right.OPERATIONS_REPAIR)]
Invoices = Annotated[list[UUID], Query(min_length=1, max_length=200, description="Given once for each invoice")]


@router.get("", response_model=list[HeardView])
async def which_were_heard_of(caller: Reader, transaction: Transaction, invoice_id: Invoices) -> list[dict[str, Any]]:
    """Those of these invoices that have letters not posted or calls not made, with the version that these go by."""
    return await store.heard_of(transaction, caller.organisation, invoice_id)


@router.put("/{invoice_id}", status_code=204)
async def take_receivable(
    invoice_id: UUID, body: Receivable, caller: Mender, transaction: Transaction, now: CurrentClock
) -> None:
    """Billing's receivable as it is, where an event of it was missed; an older one than is known is ignored.

    Letters and calls that it ends are withdrawn, and those that are right again come back.
    """
    if body.invoice_id != invoice_id:
        raise InvalidField("invoice_id", str(body.invoice_id), f"{invoice_id}, as in the address")
    domain.check_organisation("organisation", body.organisation, caller.organisation)
    await use_cases.take_receivable(transaction, body, now=now())
