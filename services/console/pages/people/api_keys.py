"""API keys: made for other programs, shown once, revoked."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.clock import real_now
from contracts.rights import Right
from services.console.pages.people.entry import named, tabs_for
from services.console.pages.people.rights import in_groups
from services.console.peers.identity import ApiKey, ApiKeyInput, Identity
from services.console.web.catalogues import mark
from services.console.web.forms import Form
from services.console.web.tables import Column, Table
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/people/api-keys")

Reader = Annotated[Visit, reading(Right.API_KEYS_READ)]
Writer = Annotated[Visit, reading(Right.API_KEYS_WRITE)]

PATH = "/people/api-keys"
COLUMNS = (
    Column(mark("Name")), Column(mark("May do")), Column(mark("Made")), Column(mark("Expires")),
    Column(mark("Last used")), Column(mark("State")),
)  # fmt: skip


@router.get("")
async def api_keys(visit: Reader) -> Response:
    return await _list(visit)


@router.get("/new")
async def new(visit: Writer) -> Response:
    return await _form(visit, visit.no_form())


@router.post("/new")
async def make(visit: Writer) -> Response:
    """The page that answers shows the key, this once: it is kept nowhere."""
    form = await visit.form()
    rights = [right for right in Right if form.value(f"rights.{right}") == "on"]
    wanted = ApiKeyInput(
        name=form.text("name", most=100),
        profile=form.text("profile", most=63),
        rights=rights or None,
        days=form.whole("days", least=1, most=366),
    )
    with form.telling_refusals():
        if form.is_valid:
            made = await Identity(visit.client("identity")).make_api_key(wanted)
            return visit.page("people/api_key.html", key=made.key, secret=made.secret)
    return await _form(visit, form, 422)


@router.post("/{key_id}/revoke")
async def revoke(key_id: UUID, visit: Writer) -> Response:
    await Identity(visit.client("identity")).revoke_api_key(key_id)
    return visit.go(PATH, visit.say("The key is revoked. What it opened ends within five minutes."))


async def _list(visit: Visit) -> Response:
    identity = Identity(visit.client("identity"))
    page, profiles = await asyncio.gather(
        identity.api_keys(cursor=visit.query.get("cursor"), limit=50),
        visit.if_may(Right.PROFILES_READ, identity.profiles),
    )
    return visit.page(
        "people/api_keys.html", rows=page.items, table=Table(PATH, COLUMNS, visit.query, "", page.next),
        names=named(profiles or [], visit), states={key.id: _state(key) for key in page.items}, tabs=tabs_for(visit),
        may_write=visit.may(Right.API_KEYS_WRITE),
    )  # fmt: skip


def _state(key: ApiKey) -> str:
    """Keys are real: they expire by the clock on the wall, not by that of the business."""
    if key.revoked_at is not None:
        return "revoked"
    return "good" if real_now() < key.expires_at else "expired"


async def _form(visit: Visit, form: Form, status: int = 200) -> Response:
    profiles = await visit.if_may(Right.PROFILES_READ, Identity(visit.client("identity")).profiles)
    return visit.page(
        "people/new_api_key.html", status, form=form, names=named(profiles or [], visit), groups=in_groups()
    )
