"""`/q/{secret}`: the page on which a customer, without any account, reads a quote and answers it.

Whoever has the secret may answer: no cookie decides, so that nobody else's page can make a browser answer. A form
still has to come from this site.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis.http import PeerBusy, PeerRefused, PeerUnavailable
from services.console.peers.client import Client
from services.console.peers.quotes import Agreement, Offer, Offers, QuoteStatus, Refusal
from services.console.web import csrf
from services.console.web.catalogues import mark
from services.console.web.documents import passed_on
from services.console.web.forms import Form
from services.console.web.visit import FormIsForeign, Visit, visitor_of

router = APIRouter(prefix="/q/{secret}")

SECRET = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
NOT_VALID = (mark("This link is not valid"), mark("It may be over, or revoked. Whoever sent it can give you another."))
TOO_OFTEN = (mark("Too many requests"), mark("Please wait a moment, then try again."))
AWAY = (mark("This page cannot be shown right now"), mark("Nothing is lost. Please try again in a moment."))


@router.get("")
async def offer(secret: str, request: Request) -> Response:
    return await _show(request, secret)


@router.get("/pdf")
async def document(secret: str, request: Request) -> Response:
    visit = visitor_of(request)
    if not SECRET.fullmatch(secret):
        return _closed(visit, 404, NOT_VALID)
    try:
        return await passed_on(_client(visit), f"/public/quotes/{secret}/pdf")
    except (PeerRefused, PeerUnavailable) as error:
        return _failed(visit, error)


@router.post("/accept")
async def accept(secret: str, request: Request) -> Response:
    form = await _form(request)
    agreement = Agreement(
        name=form.text("name", most=200),
        role=form.text("role", most=200, needed=False),
        mention=form.text("mention", most=200),
        dated=form.day("dated"),
    )
    if not form.is_valid:
        return await _show(request, secret, {"accept": form}, status=422)
    return await _answer(request, secret, "accept", form, agreement)


@router.post("/refuse")
async def refuse(secret: str, request: Request) -> Response:
    form = await _form(request)
    refusal = Refusal(reason=form.text("reason", most=1000, needed=False))
    if not form.is_valid:
        return await _show(request, secret, {"refuse": form}, status=422)
    return await _answer(request, secret, "refuse", form, refusal)


async def _answer(request: Request, secret: str, act: str, form: Form, answer: Agreement | Refusal) -> Response:
    """Back to the page, which tells the answer that stands; a mistake is said at its field."""
    visit = visitor_of(request)
    if not SECRET.fullmatch(secret):
        return _closed(visit, 404, NOT_VALID)
    offers = Offers(_client(visit), secret)
    try:
        await (offers.accept(answer) if isinstance(answer, Agreement) else offers.refuse(answer))
    except PeerRefused as refused:
        if refused.status == 422:
            form.refused(refused)
            return await _show(request, secret, {act: form}, status=422)
        if refused.status != 409:
            return _failed(visit, refused)
    except PeerUnavailable as error:
        return _failed(visit, error)
    return visit.go(f"/q/{secret}")


async def _show(
    request: Request, secret: str, forms: Mapping[str, Form] | None = None, *, status: int = 200
) -> Response:
    visit = visitor_of(request)
    if not SECRET.fullmatch(secret):
        return _closed(visit, 404, NOT_VALID)
    try:
        offer = await Offers(_client(visit), secret).offer()
    except (PeerRefused, PeerUnavailable) as error:
        return _failed(visit, error)
    visit = replace(visit, language=offer.language)
    none = visit.no_form()
    shown = {name: (forms or {}).get(name, none) for name in ("accept", "refuse")}
    response = visit.page(
        "offers/page.html",
        status,
        offer=offer,
        forms=shown,
        path=f"/q/{secret}",
        is_open=_is_open(offer),
        has_discounts=any(line.discount_percent for line in offer.lines),
    )
    return _unlisted(response)


def _is_open(offer: Offer) -> bool:
    return offer.status is QuoteStatus.SENT


async def _form(request: Request) -> Form:
    """Of the reader of the page; its words are in the language that the page was in."""
    visit = visitor_of(request)
    if not csrf.is_from_here(request.headers, visit.settings.console_url):
        raise FormIsForeign("This form was sent by another site.")
    form = await visit.form()
    language = next((each for each in type(visit.language) if each == form.value("language")), visit.language)
    read = await replace(visit, language=language).form()
    await request.close()
    return read


def _client(visit: Visit) -> Client:
    """It tells where the customer is, which an acceptance keeps, and with which program they came."""
    request = visit.request
    told = {"user-agent": request.headers.get("user-agent", "")[:500]}
    if request.client:
        told["x-forwarded-for"] = request.client.host
    return visit.client("quotes").with_token("").telling(told)


def _failed(visit: Visit, error: PeerRefused | PeerUnavailable) -> Response:
    if isinstance(error, PeerRefused):
        return _closed(visit, 404, NOT_VALID)
    return _closed(visit, 429, TOO_OFTEN) if isinstance(error, PeerBusy) else _closed(visit, 503, AWAY)


def _closed(visit: Visit, status: int, words: tuple[str, str]) -> Response:
    title, advice = (visit.say(each) for each in words)
    return _unlisted(visit.page("offers/closed.html", status, title=title, advice=advice))


def _unlisted(response: Response) -> Response:
    response.headers["x-robots-tag"] = "noindex"
    return response
