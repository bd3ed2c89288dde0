"""The organisation's legal identity: read it, set it. Issued invoices keep the one they were issued with."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import DomainError, NotFound
from contracts.parties import Seller
from services.billing.sellers import store
from services.billing.sellers.models import SellerIdentity


class SellerNotSet(DomainError):
    def __init__(self, organisation: str) -> None:
        super().__init__(f"The legal identity of {organisation} is not set; expected `PUT /seller` first.")


async def read_seller(session: AsyncSession, organisation: str) -> Seller:
    found = await store.find_seller(session, organisation)
    if found is None:
        raise NotFound("seller of", organisation)
    return found.seller


async def set_seller(session: AsyncSession, caller: Caller, given: Seller, *, now: datetime) -> Seller:
    seller = Seller.model_validate(given.model_dump())
    await store.keep_seller(session, SellerIdentity(organisation=caller.organisation, seller=seller, changed_at=now))
    return seller
