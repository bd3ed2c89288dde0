"""`/receivables/dso`: how many days of sales are outstanding."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Reading
from chassis.dates import business_day
from contracts.rights import Right
from services.billing.sales import store
from services.billing.sales.domain import days_outstanding
from services.billing.sales.schemas import DaysSalesOutstanding, SalesOutstanding

router = APIRouter(prefix="/receivables/dso", tags=["receivables"])

Reader = Annotated[Caller, require(Right.RECEIVABLES_READ)]
Days = Annotated[int, Query(ge=1, le=366, description="How many days of invoicing to look back on, today included")]


@router.get("")
async def read_days_sales_outstanding(
    caller: Reader, reading: Reading, now: CurrentClock, days: Days = 90
) -> DaysSalesOutstanding:
    """The open balance divided by what was invoiced in the last `days`, times `days`; a row for each currency."""
    today = business_day(now())
    rows = await store.outstanding(reading, caller.organisation, first=today - timedelta(days=days - 1), last=today)
    totals = [
        SalesOutstanding(**row, days_outstanding=days_outstanding(row["balance"], row["invoiced"], days))
        for row in rows
    ]
    return DaysSalesOutstanding(day=today, days=days, totals=totals)
