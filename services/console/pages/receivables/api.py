"""Receivables: who owes what, how late, in the order that one likes; as a file too."""

import asyncio
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from contracts.rights import Right
from services.console.pages.receivables.asking import LABELS, Asked
from services.console.pages.standing import standings
from services.console.peers.billing import Billing
from services.console.web.catalogues import mark
from services.console.web.documents import passed_on
from services.console.web.tables import Column, Table
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/receivables")

Reader = Annotated[Visit, reading(Right.RECEIVABLES_READ)]

COLUMNS = (
    Column(mark("Invoice"), "number"),
    Column(mark("Customer"), "customer"),
    Column(mark("Due date"), "due_date"),
    Column(mark("Late"), align="end"),
    Column(mark("Total"), align="end"),
    Column(mark("Balance"), "balance", align="end"),
    Column(mark("Status")),
)


@router.get("")
async def receivables(visit: Reader) -> Response:
    asked = Asked.of(visit.query, visit.formats)
    billing = Billing(visit.client("billing"))
    page, totals = await asyncio.gather(
        billing.receivables(**asked.filters, sort=asked.sort, cursor=visit.query.get("cursor"), limit=50),
        billing.totals(**asked.filters),
    )
    in_time = {row.customer.customer_id for row in page.items if row.status == "open" and row.days_late <= 0}
    table = Table("/receivables", COLUMNS, visit.query, asked.sort, page.next)
    return visit.page(
        "receivables/page.html",
        table=table,
        rows=page.items,
        totals=totals.currencies,
        asked=asked,
        scopes=LABELS.items(),
        standings=await standings(visit, in_time),
    )


@router.get("/export")
async def export(visit: Reader) -> Response:
    """What the page shows, whole, for spreadsheets."""
    asked = Asked.of(visit.query, visit.formats)
    client = visit.client("billing")
    return await passed_on(client, "/receivables/export", **asked.filters, language=visit.language)
