"""`/receivables/aged`: what is open by how late it is, in sum and customer by customer."""

from typing import Annotated
from uuid import UUID

from annotated_types import Len
from fastapi import APIRouter
from pydantic import TypeAdapter

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Reading
from chassis.dates import business_day
from chassis.paging import Cursor, Limit, cut, position_of
from contracts.rights import Right
from services.billing.ageing import store
from services.billing.ageing.schemas import AgedAmounts, AgedBalance, AgedCustomer, AgedCustomerPage

router = APIRouter(prefix="/receivables/aged", tags=["receivables"])

Reader = Annotated[Caller, require(Right.RECEIVABLES_READ)]
ID_AND_CURRENCY = TypeAdapter(tuple[UUID, Annotated[str, Len(3, 3)]])


@router.get("")
async def read_aged_balance(caller: Reader, reading: Reading, now: CurrentClock) -> AgedBalance:
    """The aged balance, a row for each currency. As quick with a million invoices as with ten thousand."""
    day = business_day(now())
    as_of, rows = await store.totals(reading, caller.organisation, day)
    return AgedBalance(day=day, as_of=as_of, totals=[AgedAmounts.model_validate(row) for row in rows])


@router.get("/customers")
async def list_aged_customers(
    caller: Reader,
    reading: Reading,
    now: CurrentClock,
    customer_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> AgedCustomerPage:
    """Those who owe something, a row for each customer and currency, in the order of their ids."""
    day = business_day(now())
    after = position_of(cursor, ID_AND_CURRENCY)
    as_of, rows = await store.of_customers(
        reading, caller.organisation, day, customer_id=customer_id, after=after, limit=limit + 1
    )
    shown, following = cut(rows, limit, position=lambda row: (row["customer_id"], row["currency"]))
    items = [AgedCustomer.model_validate(row) for row in shown]
    return AgedCustomerPage(day=day, as_of=as_of, items=items, next=following)
