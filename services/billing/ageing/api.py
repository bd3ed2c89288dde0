"""`/receivables/aged`: what is open by how late it is, in sum and customer by customer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Reading
from chassis.dates import business_day
from chassis.paging import Cursor, Limit, cut, position_of
from contracts.rights import Right
from services.billing.ageing import store
from services.billing.ageing.ranking import AMOUNT_ID_AND_CURRENCY, ID_AND_CURRENCY, Ranking
from services.billing.ageing.schemas import AgedAmounts, AgedBalance, AgedCustomer, AgedCustomerPage

router = APIRouter(prefix="/receivables/aged", tags=["receivables"])

Reader = Annotated[Caller, require(Right.RECEIVABLES_READ)]


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
    sort: Ranking = Ranking.CUSTOMER,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> AgedCustomerPage:
    """Those who owe something, a row for each customer and currency.

    In the order of their ids, or the largest first: `-overdue` lists those alone who are late.
    """
    day = business_day(now())
    if sort is Ranking.CUSTOMER:
        place = position_of(cursor, ID_AND_CURRENCY)
        as_of, rows = await store.of_customers(
            reading, caller.organisation, day, customer_id=customer_id, after=place, limit=limit + 1
        )
    else:
        rank = position_of(cursor, AMOUNT_ID_AND_CURRENCY)
        as_of, rows = await store.ranked_customers(
            reading, caller.organisation, day, ranking=sort, customer_id=customer_id, after=rank, limit=limit + 1
        )
    shown, following = cut(rows, limit, position=lambda row: _place(sort, row))
    items = [AgedCustomer.model_validate(row) for row in shown]
    return AgedCustomerPage(day=day, as_of=as_of, items=items, next=following)


def _place(sort: Ranking, row: dict[str, Any]) -> tuple[object, ...]:
    whose = (row["customer_id"], row["currency"])
    return whose if sort is Ranking.CUSTOMER else (row[sort.removeprefix("-")], *whose)
