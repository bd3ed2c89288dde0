"""Today: what waits for someone, what went out and came in, and how old the debt is."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from contracts.rights import Right
from services.console.pages.today.ages import pictures_of
from services.console.peers.billing import Billing
from services.console.peers.dunning import Dunning
from services.console.peers.notify import Notify
from services.console.web.catalogues import mark
from services.console.web.visit import AnyVisit, Visit, reading

router = APIRouter()

Reader = Annotated[Visit, reading(Right.RECEIVABLES_READ)]

COUNTED, SHOWN, LATEST, LARGEST = 100, 10, 8, 5
"""A count beyond `COUNTED` is shown as more than that; of what is counted, the newest are shown."""
PERIOD = 90
"""Days of invoicing by which the days of sales outstanding are reckoned."""


@dataclass(frozen=True)
class Waiting:
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
    billing = Billing(visit.client("billing"))
    dunning, notify = Dunning(visit.client("dunning")), Notify(visit.client("notify"))
    (aged, outstanding, late, credit, received, drafts), (calls, letters, uncertain, sent) = await asyncio.gather(
        asyncio.gather(
            billing.aged(),
            billing.outstanding(days=PERIOD),
            billing.aged_customers(sort="-overdue", limit=LARGEST),
            visit.if_may(Right.PAYMENTS_READ, lambda: billing.payments(has_credit=True, limit=COUNTED)),
            visit.if_may(Right.PAYMENTS_READ, lambda: billing.payments(limit=LATEST)),
            visit.if_may(Right.INVOICES_ISSUE, lambda: billing.drafts(limit=COUNTED)),
        ),
        asyncio.gather(
            visit.if_may(
                Right.TASKS_READ, lambda: notify.tasks(status="opened", due=visit.today.isoformat(), limit=COUNTED)
            ),
            visit.if_may(Right.LETTERS_READ, lambda: notify.letters(status="prepared", limit=COUNTED)),
            visit.if_may(Right.MESSAGES_READ, lambda: notify.messages(status="uncertain", limit=COUNTED)),
            visit.if_may(Right.JOURNAL_READ, lambda: dunning.journal(outcome="carried_out", limit=LATEST)),
        ),
    )
    lists = (
        (mark("Calls to make"), "/tasks", calls),
        (mark("Letters to post"), "/letters", letters),
        (mark("Invoices to approve"), "#drafts", drafts),
        (mark("Uncertain messages"), "#uncertain", uncertain),
        (mark("Unallocated payments"), "/payments?status=unallocated", credit),
    )
    return visit.page(
        "today/page.html",
        waiting=[Waiting(label, path, len(page.items), page.next is not None) for label, path, page in lists if page],
        pictures=pictures_of(aged.totals),
        outstanding=outstanding,
        late=late.items,
        drafts=drafts.items[:SHOWN] if drafts else [],
        uncertain=uncertain.items[:SHOWN] if uncertain else [],
        sent=sent.items if sent else [],
        received=received.items if received else [],
    )
