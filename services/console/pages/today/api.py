"""Today: what waits for someone, what went out and came in, and how old the debt is."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.paging import Page
from contracts.rights import Right
from services.console.pages.templates.names import STEPS
from services.console.pages.today.ages import pictures_of
from services.console.peers.billing import Billing
from services.console.peers.dunning import Dunning
from services.console.peers.notify import Arrival, LookedAfter, Notify, Settlement
from services.console.web.catalogues import mark
from services.console.web.forms import Form
from services.console.web.links import link
from services.console.web.visit import AnyVisit, Visit, reading

router = APIRouter()

Reader = Annotated[Visit, reading(Right.RECEIVABLES_READ)]
Settler = Annotated[Visit, reading(Right.MESSAGES_SETTLE)]
LONGEST = 2000

COUNTED, LATEST, LARGEST = 100, 8, 5
"""A count beyond `COUNTED` is shown as more than that."""
PERIOD = 90
"""Days of invoicing by which the days of sales outstanding are reckoned."""


@dataclass(frozen=True)
class Waiting:
    """`path` leads to all that is counted, and to nothing else."""

    label: str
    path: str
    count: int
    is_more: bool


@router.get("/")
async def home(visit: AnyVisit) -> Response:
    """The first page that the reader may see."""
    return visit.go(visit.first_page)


@router.get("/today")
async def today(visit: Reader) -> Response:
    return await _show(visit)


@router.post("/today/messages/{message_id}/settle")
async def settle(message_id: UUID, visit: Settler) -> Response:
    """Whether an uncertain message arrived, as the customer or the mail server said."""
    form = await visit.form()
    found = Settlement(outcome=form.choice("outcome", Arrival), note=form.text("note", most=LONGEST))
    if form.is_valid:
        with form.telling_refusals():
            await Notify(visit.client("notify")).settle(message_id, found, key=form.once)
            return visit.go("/today", visit.say("Noted."))
    return await _show(visit, {message_id: form}, status=422)


@router.post("/today/messages/{message_id}/look-after")
async def look_after(message_id: UUID, visit: Settler) -> Response:
    """The address was corrected, or may be tried again."""
    form = await visit.form()
    done = LookedAfter(note=form.text("note", most=LONGEST))
    if form.is_valid:
        with form.telling_refusals():
            await Notify(visit.client("notify")).look_after(message_id, done, key=form.once)
            return visit.go("/today", visit.say("Noted."))
    return await _show(visit, {message_id: form}, status=422)


async def _show(visit: Visit, refused: Mapping[UUID, Form] | None = None, *, status: int = 200) -> Response:
    """The lists of what waits here go on by themselves: `?drafts=`, `?uncertain=`, `?returned=`."""
    billing = Billing(visit.client("billing"))
    dunning, notify = Dunning(visit.client("dunning")), Notify(visit.client("notify"))
    after = {name: visit.query.get(name) for name in ("drafts", "uncertain", "returned")}
    (
        (aged, outstanding, late, credit, received, drafts),
        (calls, letters, uncertain, returned, sent),
    ) = await asyncio.gather(
        asyncio.gather(
            billing.aged(),
            billing.outstanding(days=PERIOD),
            billing.aged_customers(sort="-overdue", limit=LARGEST),
            visit.if_may(Right.PAYMENTS_READ, lambda: billing.payments(has_credit=True, limit=COUNTED)),
            visit.if_may(Right.PAYMENTS_READ, lambda: billing.payments(limit=LATEST)),
            visit.if_may(Right.INVOICES_ISSUE, lambda: billing.drafts(cursor=after["drafts"], limit=COUNTED)),
        ),
        asyncio.gather(
            visit.if_may(
                Right.TASKS_READ, lambda: notify.tasks(status="opened", due=visit.today.isoformat(), limit=COUNTED)
            ),
            visit.if_may(Right.LETTERS_READ, lambda: notify.letters(status="prepared", limit=COUNTED)),
            visit.if_may(
                Right.MESSAGES_READ,
                lambda: notify.messages(status="uncertain", cursor=after["uncertain"], limit=COUNTED),
            ),
            visit.if_may(Right.MESSAGES_READ, lambda: notify.returned(cursor=after["returned"], limit=COUNTED)),
            visit.if_may(Right.JOURNAL_READ, lambda: dunning.journal(outcome="carried_out", limit=LATEST)),
        ),
    )
    lists = (
        (mark("Calls to make"), "/tasks?assignee=*", calls, None),
        (mark("Letters to post"), "/letters?status=prepared", letters, None),
        (mark("Invoices to approve"), "/today#drafts", drafts, after["drafts"]),
        (mark("Uncertain messages"), "/today#uncertain", uncertain, after["uncertain"]),
        (mark("Messages that came back"), "/today#returned", returned, after["returned"]),
        (mark("Unallocated payments"), "/payments?status=unallocated", credit, None),
    )
    refused = refused or {}
    listed = {row.id for page in (uncertain, returned) if page for row in page.items}
    return visit.page(
        "today/page.html",
        status,
        waiting=[_waiting(label, path, page, cursor) for label, path, page, cursor in lists if page],
        pictures=pictures_of(aged.totals),
        outstanding=outstanding,
        late=late.items,
        drafts=drafts.items if drafts else [],
        uncertain=uncertain.items if uncertain else [],
        returned=returned.items if returned else [],
        more={
            name: link("/today", {name: page.next}) if page and page.next else None
            for name, page in (("drafts", drafts), ("uncertain", uncertain), ("returned", returned))
        },
        may_settle=visit.may(Right.MESSAGES_SETTLE),
        refused=refused,
        elsewhere=[form for message_id, form in refused.items() if message_id not in listed],
        empty=visit.no_form(),
        sent=sent.items if sent else [],
        steps=STEPS,
        received=received.items if received else [],
    )


def _waiting(label: str, path: str, page: Page[Any], cursor: str | None) -> Waiting:
    """`cursor`: the page goes on after a first one, which was full."""
    if cursor:
        return Waiting(label, path, COUNTED, is_more=True)
    return Waiting(label, path, len(page.items), page.next is not None)
