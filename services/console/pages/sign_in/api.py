"""Signing in by password and out, and what a reader prefers."""

import secrets
from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from chassis.clock import real_now
from chassis.http import PeerBusy, PeerRefused, PeerUnavailable
from contracts.parties import Language
from services.console.peers.identity import Credentials, Identity, Preferences, Provider, Session, Theme
from services.console.web import cookies, csrf, kept
from services.console.web.catalogues import mark
from services.console.web.cookies import A_YEAR
from services.console.web.forms import Form
from services.console.web.links import link, local_path
from services.console.web.problems import words_of
from services.console.web.visit import AnyVisit, Visit

router = APIRouter()

NOT_SENT = mark("The form that was open here was not sent: it is someone else's, or of an older session.")


@router.get("/sign-in")
async def sign_in_page(visit: AnyVisit) -> Response:
    if visit.access:
        return visit.go(local_path(visit.query.get("next")))
    return await ask(visit, visit.no_form(), following=local_path(visit.query.get("next")), status=200)


@router.post("/sign-in")
async def sign_in(visit: AnyVisit) -> Response:
    form = await visit.form()
    following = local_path(form.value("next"))
    credentials = Credentials(
        email=form.text("email", most=254), password=form.text("password", most=1000), device=visit.device
    )
    if not form.is_valid:
        return await ask(visit, form, following=following, status=422)
    try:
        session = await Identity(visit.client("identity")).sign_in(credentials)
    except (PeerRefused, PeerBusy) as refused:
        form.errors[""] = _why_not(visit, refused)
        return await ask(visit, form, following=following, status=401)
    return begin(visit, session, following, form.value(kept.FIELD))


@router.post("/sign-out")
async def sign_out(visit: AnyVisit) -> Response:
    await Identity(visit.client("identity")).sign_out()
    return leave(visit)


@router.post("/preferences")
async def prefer(visit: AnyVisit) -> Response:
    """Language and theme, at once and on the reader's other devices from their next sign-in on."""
    form = await visit.form()
    preferences = Preferences(
        name=visit.caller.name, language=form.choice("language", Language), theme=form.choice("theme", Theme)
    )
    if form.is_valid:
        await Identity(visit.client("identity")).prefer(preferences)
    response = visit.go(local_path(form.value("next")))
    if form.is_valid:
        remember(visit, response, preferences.language, preferences.theme)
    return response


async def ask(visit: Visit, form: Form, *, following: str, status: int) -> Response:
    """The sign-in page; it carries along what the reader was about to send, when that may go on."""
    visitor = visit.cookies.read(visit.request, cookies.VISITOR) or secrets.token_urlsafe(32)
    again = kept.unpack(form.value(kept.FIELD))
    if again and not again.is_of_the_last_session(visit.cookies.read(visit.request, cookies.READER)):
        again = None
        form.wrong("", NOT_SENT)
    response = visit.page(
        "sign_in/page.html", status, form=form, following=following, kept=form.value(kept.FIELD), again=again,
        visitor_token=csrf.token_of(visitor), provider=await _provider(visit), has_left="out" in visit.query,
    )  # fmt: skip
    visit.cookies.write(response, cookies.VISITOR, visitor)
    return response


def begin(visit: Visit, session: Session, following: str, carried: str) -> Response:
    """Signed in: on to the page that was asked for, or send again what this reader was about to send."""
    again = kept.unpack(carried)
    reader = visit.cookies.read(visit.request, cookies.READER)
    if session.user.must_change_password:
        response: Response = visit.go(link("/account", next=following))
    elif again is None:
        response = visit.go(following)
    elif not again.is_of(session.user.id, reader):
        response = replace(visit, secret=session.secret).go(following, visit.say(NOT_SENT), "problem")
    else:
        token = csrf.token_of(session.secret)
        response = visit.page("sign_in/again.html", again=again, session_token=token)
    lives = session.expires_at - real_now()
    visit.cookies.write(response, cookies.SESSION, session.secret, lives=lives)
    visit.cookies.write(response, cookies.READER, kept.reader_of(session.user.id, session.secret), lives=A_YEAR)
    visit.cookies.drop(response, cookies.VISITOR)
    remember(visit, response, session.user.language, session.user.theme)
    return response


def leave(visit: Visit) -> Response:
    """The session has ended at identity; forget it here too."""
    visit.request.app.state.user_sessions.forget(visit.secret)
    response = visit.go("/sign-in?out=1")
    visit.cookies.drop(response, cookies.SESSION)
    return response


def remember(visit: Visit, response: Response, language: Language, theme: Theme) -> None:
    visit.cookies.write(response, cookies.LANGUAGE, language, lives=A_YEAR)
    visit.cookies.write(response, cookies.THEME, theme, lives=A_YEAR)


async def _provider(visit: Visit) -> Provider | None:
    """None too while identity does not answer: the page is shown all the same."""
    try:
        return await Identity(visit.client("identity")).provider()
    except PeerUnavailable:
        return None


def _why_not(visit: Visit, refused: PeerRefused | PeerBusy) -> str:
    if isinstance(refused, PeerBusy):
        return visit.say("Too many attempts. Please wait a moment before you try again.")
    if refused.status == 401:
        return visit.say("This e-mail address and this password do not go together.")
    return words_of(refused, visit.say)
