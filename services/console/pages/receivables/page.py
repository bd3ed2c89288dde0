"""The page of receivables as it is asked, with the reader's saved views of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from chassis.http import PeerUnavailable
from services.console.pages.receivables.asking import LABELS, UNREADABLE, Asked
from services.console.pages.standing import standings
from services.console.peers.billing import Billing
from services.console.peers.dunning import Dunning, OverdueList
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


@dataclass(frozen=True)
class Mailing:
    """Whether the reader gets the overdue list by e-mail."""

    mine: OverdueList | None


async def show(
    visit: Visit,
    query: Mapping[str, str],
    forms: Mapping[str, Form] | None = None,
    *,
    status: int = 200,
    list_form: Form | None = None,
) -> Response:
    """`forms`: those about views that were refused, by the view's id, or `save`; `list_form` that of the mailing."""
    asked = Asked.of(query, visit.formats)
    billing = Billing(visit.client("billing"))
    page, totals, views, mailing = await asyncio.gather(
        billing.receivables(**asked.filters, sort=asked.sort, cursor=query.get("cursor"), limit=50),
        billing.totals(**asked.filters),
        Identity(visit.client("identity")).views(PAGE, limit=VIEWS_SHOWN),
        _mailing(visit),
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
        unreadable={name: visit.say(words) if name in asked.wrong else "" for name, words in UNREADABLE.items()},
        query=query,
        asked_now=asked_now,
        scopes=LABELS.items(),
        views=views.items,
        forms={each: visit.no_form() for each in ("save", *(str(view.id) for view in views.items))} | dict(forms or {}),
        standings=late,
        mailing=mailing,
        list_form=list_form or visit.no_form(),
        weekdays=[(str(day), visit.formats.weekdays([day])) for day in range(7)],
        hours=[(str(hour), visit.formats.hour(hour)) for hour in range(24)],
    )


async def _mailing(visit: Visit) -> Mailing | None:
    """None while dunning is away: the page does without it."""
    try:
        return Mailing(await Dunning(visit.client("dunning")).overdue_list())
    except PeerUnavailable:
        return None
