"""`/receivables/aged`: what each customer owes, by how late it is."""

import asyncio
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from contracts.rights import Right
from services.console.pages.today.ages import AGES
from services.console.peers.billing import Billing
from services.console.web.catalogues import mark
from services.console.web.tables import Column, Table
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/receivables/aged")

Reader = Annotated[Visit, reading(Right.RECEIVABLES_READ)]

COLUMNS = (
    Column(mark("Customer")),
    *(Column(age.label, align="end") for age in AGES),
    Column(mark("Open"), align="end"),
)
SORTS = {"-overdue": mark("Most overdue first"), "-total": mark("Most owed first")}


@router.get("")
async def aged(visit: Reader) -> Response:
    """Totals of everyone, and the customers a page at a time, the largest amounts first."""
    billing = Billing(visit.client("billing"))
    sort = visit.query["sort"] if visit.query.get("sort") in SORTS else "-overdue"
    page, whole = await asyncio.gather(
        billing.aged_customers(sort=sort, cursor=visit.query.get("cursor"), limit=50), billing.aged()
    )
    table = Table("/receivables/aged", COLUMNS, visit.query, sort, page.next)
    return visit.page(
        "receivables/aged.html", table=table, rows=page.items, totals=whole.totals, ages=AGES, sorts=SORTS, sort=sort
    )
