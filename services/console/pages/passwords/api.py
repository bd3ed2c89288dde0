"""A link to choose a password: asked for, and used."""

import secrets

from fastapi import APIRouter
from starlette.responses import Response

from chassis.http import PeerBusy, PeerRefused
from services.console.peers.identity import Identity, NewPassword, ResetRequest
from services.console.web import cookies, csrf
from services.console.web.catalogues import mark
from services.console.web.forms import Form
from services.console.web.problems import words_of
from services.console.web.visit import AnyVisit, Visit

router = APIRouter(prefix="/password-resets")

NOT_THE_SAME = mark("These two are not the same.")


@router.get("")
async def ask_page(visit: AnyVisit) -> Response:
    return _page(visit, "passwords/ask.html", visit.no_form())


@router.post("")
async def ask(visit: AnyVisit) -> Response:
    """One answer, whoever has this address."""
    form = await visit.form()
    request = ResetRequest(email=form.text("email", most=254), device=visit.device)
    try:
        with form.telling_refusals():
            if form.is_valid:
                await Identity(visit.client("identity")).ask_for_reset(request)
    except PeerBusy:
        form.errors[""] = visit.say("Too many attempts. Please wait a moment before you try again.")
    if not form.is_valid:
        return _page(visit, "passwords/ask.html", form, 422)
    told = visit.say("If this is the address of a user, a link is on its way to it. It is good for half an hour.")
    return _page(visit, "passwords/ask.html", visit.no_form(), told=told)


@router.get("/{token}")
async def choose_page(token: str, visit: AnyVisit) -> Response:
    return _page(visit, "passwords/choose.html", visit.no_form(), token=token)


@router.post("/{token}")
async def choose(token: str, visit: AnyVisit) -> Response:
    form = await visit.form()
    password = form.text("password", most=200)
    check_same(form, password)
    try:
        if form.is_valid:
            chosen = NewPassword(password=password, device=visit.device)
            await Identity(visit.client("identity")).choose_password(token, chosen)
    except PeerRefused as refused:
        form.refused(refused)
        if refused.status == 404:
            form.errors = {"": words_of(refused, visit.say)}
    if not form.is_valid:
        return _page(visit, "passwords/choose.html", form, 422, token=token)
    return visit.go("/sign-in", visit.say("Your password is changed. Sign in with it."))


def check_same(form: Form, password: str) -> None:
    if form.value("again").strip() != password:
        form.errors.setdefault("again", form.say(NOT_THE_SAME))


def _page(visit: Visit, template: str, form: Form, status: int = 200, **context: object) -> Response:
    visitor = visit.cookies.read(visit.request, cookies.VISITOR) or secrets.token_urlsafe(32)
    token = csrf.token_of(visit.secret if visit.access else visitor)
    response = visit.page(template, status, form=form, visitor_token=token, **({"told": ""} | context))
    visit.cookies.write(response, cookies.VISITOR, visitor)
    return response
