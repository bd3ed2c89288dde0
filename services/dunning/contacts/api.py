"""Contact slots over HTTP, for the workflow."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from contracts.dunning import ContactClaim, ContactGrant
from contracts.rights import Right
from services.dunning.contacts import use_cases

router = APIRouter(prefix="/cases/{invoice_id}/contacts", tags=["contacts"], route_class=IdempotentRoute)

Service = Annotated[Caller, require(Right.CASES_CARRY_OUT)]


@router.post("")
async def claim_contact(
    invoice_id: UUID, claim: ContactClaim, caller: Service, transaction: Transaction, now: CurrentClock
) -> ContactGrant:
    """Take the customer's slot for a step: granted, or `not_before`. Idempotent on the step's key."""
    return await use_cases.claim_contact(transaction, caller, invoice_id, claim, now=now())
