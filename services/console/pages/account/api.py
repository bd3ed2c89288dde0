"""My account: who I am here, my password, and where I am signed in."""

import asyncio
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.http import PeerBusy
from contracts.parties import Language
from services.console.pages.account.devices import called
from services.console.pages.passwords.api import check_same
from services.console.pages.sign_in.api import leave, remember
from services.console.peers.identity import Identity, PasswordChange, Preferences, Theme
from services.console.web.forms import Form
from services.console.web.links import local_path
from services.console.web.visit import SignedInVisit, Visit

router = APIRouter(prefix="/account")

PATH = "/account"


@router.get("")
async def account(visit: SignedInVisit) -> Response:
    return await _page(visit, visit.no_form())


@router.post("")
async def change_me(visit: SignedInVisit) -> Response:
    form = await visit.form()
    wanted = Preferences(
        name=form.text("name", most=200), language=form.choice("language", Language), theme=form.choice("theme", Theme)
    )
    with form.telling_refusals():
        if form.is_valid:
            await _identity(visit).prefer(wanted)
            response = visit.go(PATH, visit.say("Saved."))
            remember(visit, response, wanted.language, wanted.theme)
            return response
    return await _page(visit, form, 422)


@router.post("/password")
async def change_password(visit: SignedInVisit) -> Response:
    """Ends every other session."""
    form = await visit.form()
    change = PasswordChange(current=form.text("current", most=200), password=form.text("password", most=200))
    check_same(form, change.password)
    try:
        with form.telling_refusals():
            if form.is_valid:
                await _identity(visit).change_password(change)
                visit.request.app.state.user_sessions.forget(visit.secret)
                told = visit.say("Your password is changed. You are signed out everywhere else.")
                return visit.go(local_path(form.value("next"), default=PATH), told)
    except PeerBusy:
        form.errors[""] = visit.say("Too many attempts. Please wait a moment before you try again.")
    return await _page(visit, form, 422)


@router.post("/devices/{session_id}/end")
async def end_device(session_id: UUID, visit: SignedInVisit) -> Response:
    await _identity(visit).end_device(session_id)
    return visit.go(PATH, visit.say("Signed out there. What is open there ends within five minutes."))


@router.post("/devices/end")
async def end_all(visit: SignedInVisit) -> Response:
    """Here too."""
    await _identity(visit).end_all()
    return leave(visit)


def _identity(visit: Visit) -> Identity:
    return Identity(visit.client("identity"))


async def _page(visit: Visit, form: Form, status: int = 200) -> Response:
    identity = _identity(visit)
    me, devices = await asyncio.gather(identity.me(), identity.devices())
    following = form.value("next", local_path(visit.query.get("next"), default=PATH))
    return visit.page(
        "account/page.html", status, me=me, devices=devices, called=called, form=form, following=following,
        languages=list(Language), themes=list(Theme),
    )  # fmt: skip
