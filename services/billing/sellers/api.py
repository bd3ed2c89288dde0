"""`/seller`: the organisation's legal identity."""

from typing import Annotated

from fastapi import APIRouter

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from contracts.parties import Seller
from contracts.rights import Right
from services.billing.sellers import use_cases
from services.billing.sellers.schemas import SellerInput

router = APIRouter(prefix="/seller", tags=["seller"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.SELLER_READ)]
Admin = Annotated[Caller, require(Right.SELLER_WRITE)]


@router.get("")
async def read_seller(caller: Reader, transaction: Transaction) -> Seller:
    """The seller as it is today. 404 until it is set."""
    return await use_cases.read_seller(transaction, caller.organisation)


@router.put("")
async def set_seller(body: SellerInput, caller: Admin, transaction: Transaction, now: CurrentClock) -> Seller:
    """Set or change the identity that later invoices carry; issued ones keep theirs."""
    return await use_cases.set_seller(transaction, caller, body, now=now())
