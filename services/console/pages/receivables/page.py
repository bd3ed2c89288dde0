"""The page of receivables as it is asked, with the reader's saved views of it."""

import asyncio
from collections.abc import Mapping

from starlette.responses import Response

from services.console.pages.receivables.asking import LABELS, Asked
from services.console.pages.standing import standings
from services.console.peers.billing import Billing
from services.console.peers.identity import Identity
from services.console.web.catalogues import mark
from services.console.web.forms import Form
from services.console.web.links import link
from services.console.web.tables import Column, Table
from services.console.web.visit import Visit

PATH, PAGE = "/receivables", "receivables"
VIEWS_SHOWN = 100

COLUMNS = (
    Column(mark("Invoice"), "number"),
    Column(mark("Customer"), "customer"),
    Column(mark("Due date"), "due_date"),
    Column(mark("Late"), align="end"),
    Column(mark("Total"), align="end"),
    Column(mark("Balance"), "balance", align="end"),
    Column(mark("Status")),
)


async def show(
    visit: Visit, query: Mapping[str, str], forms: Mapping[str, Form] | None = None, *, status: int = 200
) -> Response:
    """`forms`: those about views that were refused, by the view's id, or `save`."""
    asked = Asked.of(query, visit.formats)
    billing = Billing(visit.client("billing"))
    page, totals, views = await asyncio.gather(
        billing.receivables(**asked.filters, sort=asked.sort, cursor=query.get("cursor"), limit=50),
        billing.totals(**asked.filters),
        Identity(visit.client("identity")).views(PAGE, limit=VIEWS_SHOWN),
    )
    in_time = {row.customer.customer_id for row in page.items if row.status == "open" and row.days_late <= 0}
    late = await standings(visit, in_time)
    asked_now = link("", query, cursor=None).removeprefix("?")
    return visit.page(
        "receivables/page.html",
        status,
        table=Table(PATH, COLUMNS, query, asked.sort, page.next),
        rows=page.items,
        totals=totals,
        asked=asked,
        query=query,
        asked_now=asked_now,
        scopes=LABELS.items(),
        views=views.items,
        forms={each: visit.no_form() for each in ("save", *(str(view.id) for view in views.items))} | dict(forms or {}),
        standings=late,
    )
