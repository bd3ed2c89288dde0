"""`/organisation`: the caller's own."""

from typing import Annotated

from fastapi import APIRouter

from chassis.auth import Caller, require
from chassis.database import Transaction
from contracts.rights import Right
from services.identity.organisations import use_cases
from services.identity.organisations.schemas import OrganisationInput, OrganisationView

router = APIRouter(prefix="/organisation", tags=["organisation"])

Reader = Annotated[Caller, require(Right.ORGANISATION_READ)]
Writer = Annotated[Caller, require(Right.ORGANISATION_WRITE)]


@router.get("")
async def read_organisation(caller: Reader, transaction: Transaction) -> OrganisationView:
    organisation = await use_cases.get_organisation(transaction, caller.organisation)
    return OrganisationView.model_validate(organisation)


@router.put("")
async def change_organisation(body: OrganisationInput, caller: Writer, transaction: Transaction) -> OrganisationView:
    """The rules say which claims of the identity provider give which profile; the first that fits counts."""
    organisation = await use_cases.change_organisation(transaction, caller, body)
    return OrganisationView.model_validate(organisation)
