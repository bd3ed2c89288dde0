"""The page of a quote: what it offers, what became of it, and what one may do about it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from starlette.responses import Response

from chassis.http import PeerChanged, PeerRefused
from contracts.rights import Access, Field, Right
from services.console.pages.standing import standings
from services.console.peers.quotes import Link, Pipeline, Quote, Quotes
from services.console.web.differences import since
from services.console.web.forms import Form
from services.console.web.visit import Visit

ACTS = ("send", "stage", "accept", "refuse", "link")


async def show(visit: Visit, quote_id: UUID, forms: Mapping[str, Form] | None = None, *, status: int = 200) -> Response:
    """`forms` are those that were refused, by the name of their act."""
    quotes = Quotes(visit.client("quotes"))
    quote, pipeline, link = await asyncio.gather(
        quotes.quote(quote_id), quotes.pipeline(), _link(visit, quotes, quote_id)
    )
    late = await standings(visit, [quote.customer_id])
    names = stage_names(pipeline, visit)
    movable = [stage for stage in pipeline.stages if stage.access is Access.EDITABLE and stage.kind != "won"]
    none = visit.no_form()

    def sees(field: str) -> bool:
        return visit.caller.access(Field(field)) is not Access.HIDDEN

    return visit.page(
        "quotes/page.html",
        status,
        quote=quote,
        since=since(quote.changed_at),
        link=link,
        shares=visit.may(Right.QUOTES_SHARE) and (sees(Field.QUOTE_DISCOUNT) or not _has_discount(quote)),
        stage=names.get(quote.stage, quote.stage),
        stages=[(stage.key, names[stage.key]) for stage in movable if quote.status == "draft" or stage.kind != "lost"],
        forms={name: (forms or {}).get(name, none) for name in ACTS},
        may=visit.may,
        standings=late,
        sees=sees,
    )


async def act(
    visit: Visit, quote_id: UUID, name: str, form: Form, deed: Callable[[], Awaitable[object]], told: str
) -> Response:
    """Do it and show the page again; when it is refused, the page with the form as it was typed."""
    if form.is_valid:
        with form.telling_refusals():
            try:
                await deed()
                return visit.go(f"/quotes/{quote_id}", told)
            except PeerChanged:
                return await _changed(visit, quote_id, name, form)
    return await show(visit, quote_id, {name: form}, status=422)


async def _changed(visit: Visit, quote_id: UUID, name: str, form: Form) -> Response:
    """Nothing was done, for the reader had not seen what somebody changed: the page shows it now."""
    quote = await Quotes(visit.client("quotes")).quote(quote_id)
    form.changed_meanwhile(quote.changed_by_name or "", quote.changed_at or visit.now)
    return await show(visit, quote_id, {name: form}, status=409)


def stage_names(pipeline: Pipeline, visit: Visit) -> dict[str, str]:
    return {stage.key: stage.names.get(visit.language, stage.key) for stage in pipeline.stages}


async def _link(visit: Visit, quotes: Quotes, quote_id: UUID) -> Link | None:
    """None also where it would show a discount that the profile hides."""
    if not visit.may(Right.QUOTES_SHARE):
        return None
    try:
        return await quotes.link(quote_id)
    except PeerRefused as refused:
        if refused.status == 403:
            return None
        raise


def _has_discount(quote: Quote) -> bool:
    """To a reader from whom discounts are hidden, who is not told their unit price either."""
    return any(line.unit_price is None for line in quote.lines)
