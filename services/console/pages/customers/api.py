"""Customers: found by name, and each with what it owes, what was sent to it and what people noted about it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from contracts.rights import Right
from services.console.pages.customers.page import COMMENT, show
from services.console.pages.standing import standings
from services.console.peers.billing import Billing, NewComment
from services.console.peers.notify import ActionKind, Notify
from services.console.web.catalogues import mark
from services.console.web.tables import Column, Table
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/customers")

Reader = Annotated[Visit, reading(Right.CUSTOMERS_READ)]
Commentator = Annotated[Visit, reading(Right.COMMENTS_WRITE)]
Caller = Annotated[Visit, reading(Right.TASKS_READ)]

COLUMNS = (Column(mark("Customer")), Column(mark("City")), Column(mark("E-mail")), Column(mark("Phone")))
LONGEST, SAID = 4000, 20


@router.get("")
async def customers(visit: Reader) -> Response:
    """Newest first; the search looks in names and e-mail addresses."""
    asked = {"q": visit.query.get("q", "")[:100], "cursor": visit.query.get("cursor")}
    page = await Billing(visit.client("billing")).customers(**asked, limit=50)
    late = await standings(visit, (each.id for each in page.items))
    table = Table("/customers", COLUMNS, visit.query, "", page.next)
    return visit.page("customers/list.html", table=table, rows=page.items, standings=late)


@router.get("/{customer_id}")
async def customer(customer_id: UUID, visit: Reader) -> Response:
    return await show(visit, customer_id)


@router.get("/{customer_id}/said")
async def said(customer_id: UUID, visit: Caller) -> Response:
    """A part of a page: what was noted and what came of earlier calls, for whoever is about to call."""
    notify, billing = Notify(visit.client("notify")), Billing(visit.client("billing"))
    comments = await visit.if_may(Right.COMMENTS_READ, lambda: billing.comments(customer_id, limit=SAID))
    actions = await visit.if_may(Right.ACTIONS_READ, lambda: notify.actions(customer_id=customer_id, limit=SAID))
    calls = [each for each in actions.items if each.kind is ActionKind.CALL and each.is_done] if actions else []
    return visit.page("customers/said.html", comments=comments.items if comments else [], calls=calls)


@router.post("/{customer_id}/comments")
async def comment(customer_id: UUID, visit: Commentator) -> Response:
    """A correction names the comment that it corrects, which stays."""
    form = await visit.form()
    corrects = form.identity("corrects") if form.value("corrects") else None
    written = NewComment(text=form.text("text", most=LONGEST), corrects=corrects)
    if form.is_valid:
        with form.telling_refusals():
            await Billing(visit.client("billing")).comment(customer_id, written, key=form.once)
            return visit.go(f"/customers/{customer_id}#comments", visit.say("The comment is noted."))
    return await show(visit, customer_id, {str(corrects) if corrects else COMMENT: form}, status=422)
