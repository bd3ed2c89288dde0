"""`/standings`: who pays late, for whoever sees a customer, and for a whole list of them in one answer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Reading
from chassis.dates import business_day
from contracts.rights import Right
from services.billing.standings import store
from services.billing.standings.schemas import Standing, Standings

router = APIRouter(prefix="/standings", tags=["customers"])

MOST = 200
"""As many as a page of a list has at most."""

Reader = Annotated[Caller, require(Right.CUSTOMERS_READ)]
Customers = Annotated[list[UUID], Query(min_length=1, max_length=MOST, description="Given once for each customer")]


@router.get("")
async def read_standings(caller: Reader, reading: Reading, now: CurrentClock, customer_id: Customers) -> Standings:
    """How much of what these customers owe is overdue, and since when, in each currency."""
    day = business_day(now())
    as_of, rows = await store.standings(reading, caller.organisation, day, set(customer_id))
    return Standings(day=day, as_of=as_of, items=[Standing.model_validate(row) for row in rows])
