"""Customers: found by name, and each with what it owes and everything that was sent to it."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from contracts.rights import Right
from services.console.peers.billing import Billing
from services.console.peers.dunning import Dunning
from services.console.peers.notify import Notify
from services.console.web.catalogues import mark
from services.console.web.tables import Column, Table
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/customers")

Reader = Annotated[Visit, reading(Right.CUSTOMERS_READ)]
SHOWN = 20

COLUMNS = (Column(mark("Customer")), Column(mark("City")), Column(mark("E-mail")), Column(mark("Phone")))


@router.get("")
async def customers(visit: Reader) -> Response:
    """Newest first; the search looks in names and e-mail addresses."""
    asked = {"q": visit.query.get("q", "")[:100], "cursor": visit.query.get("cursor")}
    page = await Billing(visit.client("billing")).customers(**asked, limit=50)
    table = Table("/customers", COLUMNS, visit.query, "", page.next)
    return visit.page("customers/list.html", table=table, rows=page.items)


@router.get("/{customer_id}")
async def customer(customer_id: UUID, visit: Reader) -> Response:
    billing, notify = Billing(visit.client("billing")), Notify(visit.client("notify"))
    dunning = Dunning(visit.client("dunning"))
    (who, owed, totals, cases), (messages, letters, calls) = await asyncio.gather(
        asyncio.gather(
            billing.customer(customer_id),
            visit.if_may(
                Right.RECEIVABLES_READ,
                lambda: billing.receivables(customer_id=customer_id, sort="-due_date", limit=SHOWN),
            ),
            visit.if_may(Right.RECEIVABLES_READ, lambda: billing.totals(customer_id=customer_id, status="open")),
            visit.if_may(Right.CASES_READ, lambda: dunning.cases(customer_id=customer_id, limit=SHOWN)),
        ),
        asyncio.gather(
            visit.if_may(Right.MESSAGES_READ, lambda: notify.messages(customer_id=customer_id, limit=SHOWN)),
            visit.if_may(Right.LETTERS_READ, lambda: notify.letters(customer_id=customer_id, limit=SHOWN)),
            visit.if_may(Right.TASKS_READ, lambda: notify.tasks(customer_id=customer_id, limit=SHOWN)),
        ),
    )
    return visit.page(
        "customers/page.html",
        customer=who,
        receivables=owed,
        totals=totals.currencies if totals else [],
        cases={case.invoice_id: case for case in cases.items} if cases else {},
        messages=messages.items if messages else [],
        letters=letters.items if letters else [],
        calls=calls.items if calls else [],
    )
