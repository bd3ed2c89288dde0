"""`/quotes`: the list by stage and status, a quote with its acts, and the form of a draft."""

import asyncio
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.http import PeerChanged
from chassis.problems import Forbidden
from contracts.rights import Access, Field, Right
from services.console.pages.quotes.editing import (
    columns_for,
    field_of,
    named,
    places_of,
    units_for,
    values_of,
    written_in,
)
from services.console.pages.quotes.page import act, show, stage_names
from services.console.pages.standing import standings
from services.console.peers.billing import Billing
from services.console.peers.quotes import Quotes, QuoteStatus, Recorded
from services.console.web import currencies
from services.console.web.catalogues import mark
from services.console.web.differences import Meanwhile, parts_of
from services.console.web.documents import passed_on
from services.console.web.forms import Form
from services.console.web.tables import Column, Table
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/quotes")

Reader = Annotated[Visit, reading(Right.QUOTES_READ)]
Writer = Annotated[Visit, reading(Right.QUOTES_WRITE)]
Sender = Annotated[Visit, reading(Right.QUOTES_SEND)]
Answerer = Annotated[Visit, reading(Right.QUOTES_ANSWER)]
Sharer = Annotated[Visit, reading(Right.QUOTES_SHARE)]

COLUMNS = (
    Column(mark("Quote")),
    Column(mark("Customer")),
    Column(mark("Subject")),
    Column(mark("Stage")),
    Column(mark("Status")),
    Column(mark("Valid until")),
    Column(mark("Total incl. VAT"), align="end"),
)
MARGIN = Column(mark("Margin"), align="end")


@router.get("")
async def listed(visit: Reader) -> Response:
    quotes, query = Quotes(visit.client("quotes")), visit.query
    status = query.get("status", "")
    asked = {
        "status": status if status in set(QuoteStatus) else "",
        "stage": query.get("stage", "")[:63],
        "q": query.get("q", "")[:100],
        "customer_id": query.get("customer_id", ""),
    }
    page, totals, pipeline = await asyncio.gather(
        quotes.list(**asked, cursor=query.get("cursor"), limit=50), quotes.totals(**asked), quotes.pipeline()
    )
    late = await standings(visit, (quote.customer_id for quote in page.items))
    sees_margin = visit.caller.access(Field.QUOTE_MARGIN) is not Access.HIDDEN
    columns = (*COLUMNS, MARGIN) if sees_margin else COLUMNS
    return visit.page(
        "quotes/list.html",
        table=Table("/quotes", columns, query, "", page.next),
        rows=page.items,
        totals=totals.stages,
        stages=stage_names(pipeline, visit),
        statuses=list(QuoteStatus),
        standings=late,
        asked=asked,
        sees_margin=sees_margin,
        may_write=visit.may(Right.QUOTES_WRITE),
    )


@router.get("/new")
async def new(visit: Writer) -> Response:
    """First whom for, then what."""
    if "customer_id" in visit.query:
        values = {"customer_id": visit.query["customer_id"], "follow_up_days": "7"}
        return _edit(visit, Form(values, visit.formats, visit.say), None)
    found = await Billing(visit.client("billing")).customers(q=visit.query.get("q", "")[:100], limit=20)
    late = await standings(visit, (each.id for each in found.items))
    return visit.page("quotes/whom.html", customers=found.items, standings=late)


@router.post("/new")
async def create(visit: Writer) -> Response:
    form = await visit.form()
    written = written_in(form, columns_for(visit.caller))
    if form.is_valid:
        with form.telling_refusals(partial(field_of, form)):
            made = await Quotes(visit.client("quotes")).create(written, key=form.once)
            return visit.go(f"/quotes/{made.id}", visit.say("The draft is saved."))
    return _edit(visit, form, None, status=422)


@router.get("/{quote_id}")
async def quote(quote_id: UUID, visit: Reader) -> Response:
    return await show(visit, quote_id)


@router.get("/{quote_id}/pdf")
async def document(quote_id: UUID, visit: Reader) -> Response:
    return await passed_on(visit.client("quotes"), f"/quotes/{quote_id}/pdf")


@router.get("/{quote_id}/edit")
async def edit(quote_id: UUID, visit: Writer) -> Response:
    found = await Quotes(visit.client("quotes")).quote(quote_id)
    if found.status is not QuoteStatus.DRAFT:
        return visit.go(f"/quotes/{quote_id}")
    if any(line.unit_price is None for line in found.lines):
        raise Forbidden("A discount stands in this draft, which this profile may not see.")
    return _edit(visit, Form(values_of(found, visit.formats), visit.formats, visit.say), quote_id)


@router.post("/{quote_id}/edit")
async def change(quote_id: UUID, visit: Writer) -> Response:
    form = await visit.form()
    written = written_in(form, columns_for(visit.caller))
    if form.is_valid:
        with form.telling_refusals(partial(field_of, form)):
            try:
                await Quotes(visit.client("quotes")).change(quote_id, written, since=form.value("since"))
                return visit.go(f"/quotes/{quote_id}", visit.say("The draft is saved."))
            except PeerChanged:
                return await _changed(visit, form, quote_id)
    return _edit(visit, form, quote_id, status=422)


async def _changed(visit: Visit, form: Form, quote_id: UUID) -> Response:
    """What was typed, beside what somebody else saved meanwhile."""
    found = await Quotes(visit.client("quotes")).quote(quote_id)
    theirs = values_of(found, visit.formats)
    parts = parts_of(named(theirs, visit), named(form.values, visit))
    form.values = {**form.values, "since": theirs["since"]}
    told = Meanwhile(found.changed_by_name or "", found.changed_at or visit.now, parts)
    return _edit(visit, form, quote_id, status=409, meanwhile=told)


@router.post("/{quote_id}/send")
async def send(quote_id: UUID, visit: Sender) -> Response:
    form = await visit.form()
    quotes = Quotes(visit.client("quotes"))
    told = visit.say("The quote is on its way to the customer.")
    since = form.value("since")
    return await act(visit, quote_id, "send", form, lambda: quotes.send(quote_id, since=since, key=form.once), told)


@router.post("/{quote_id}/stage")
async def move(quote_id: UUID, visit: Writer) -> Response:
    form = await visit.form()
    stage = form.text("stage", most=63)
    quotes = Quotes(visit.client("quotes"))
    return await act(
        visit, quote_id, "stage", form, lambda: quotes.move(quote_id, stage), visit.say("The stage is changed.")
    )


@router.post("/{quote_id}/accept")
async def accept(quote_id: UUID, visit: Answerer) -> Response:
    form = await visit.form()
    answer = Recorded(name=form.text("name", most=200), mention=form.text("mention", most=200, needed=False))
    quotes = Quotes(visit.client("quotes"))
    told = visit.say("The acceptance is recorded.")
    return await act(
        visit, quote_id, "accept", form, lambda: quotes.act(quote_id, "accept", answer, key=form.once), told
    )


@router.post("/{quote_id}/refuse")
async def refuse(quote_id: UUID, visit: Answerer) -> Response:
    form = await visit.form()
    answer = Recorded(reason=form.text("reason", most=1000, needed=False))
    quotes = Quotes(visit.client("quotes"))
    told = visit.say("The refusal is recorded.")
    return await act(
        visit, quote_id, "refuse", form, lambda: quotes.act(quote_id, "refuse", answer, key=form.once), told
    )


@router.post("/{quote_id}/link")
async def renew(quote_id: UUID, visit: Sharer) -> Response:
    form = await visit.form()
    quotes = Quotes(visit.client("quotes"))
    told = visit.say("There is a new link; the one before opens nothing any more.")
    return await act(visit, quote_id, "link", form, lambda: quotes.act(quote_id, "link", key=form.once), told)


@router.post("/{quote_id}/link/revoke")
async def revoke(quote_id: UUID, visit: Sharer) -> Response:
    form = await visit.form()
    quotes = Quotes(visit.client("quotes"))
    told = visit.say("The link opens nothing any more.")
    return await act(visit, quote_id, "link", form, lambda: quotes.revoke(quote_id), told)


def _edit(
    visit: Visit, form: Form, quote_id: UUID | None, *, status: int = 200, meanwhile: Meanwhile | None = None
) -> Response:
    action = f"/quotes/{quote_id}/edit" if quote_id else "/quotes/new"
    return visit.page(
        "quotes/edit.html",
        status,
        form=form,
        action=action,
        back=f"/quotes/{quote_id}" if quote_id else "/quotes",
        places=places_of(form),
        columns=columns_for(visit.caller),
        currencies=currencies.OFFERED,
        units=partial(units_for, visit),
        meanwhile=meanwhile,
    )
