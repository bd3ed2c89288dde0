"""Profiles: the matrix of who may do what, and the form that changes one."""

import asyncio
import re
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from chassis.http import PeerUnavailable
from contracts.parties import Language
from contracts.profiles import EVERY_STAGE
from contracts.rights import Access, Field, Right
from services.console.pages.people.entry import name_of, named, tabs_for
from services.console.pages.people.rights import FIELDS, in_groups
from services.console.peers.identity import Identity, Profile, ProfileInput
from services.console.peers.quotes import Quotes
from services.console.web.catalogues import mark
from services.console.web.forms import Form
from services.console.web.links import link
from services.console.web.visit import Visit, reading
from services.console.web.words import word_of

router = APIRouter(prefix="/people/profiles")

Reader = Annotated[Visit, reading(Right.PROFILES_READ)]
Writer = Annotated[Visit, reading(Right.PROFILES_WRITE)]

PATH = "/people/profiles"
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
AS_OTHERS = mark("As all others")
AS_AT_FIRST, DELETED = mark("The profile is as it was at first."), mark("The profile is deleted.")
NOT_A_KEY = mark("Small letters without accents, digits, - and _, for example %(example)s.")


@router.get("")
async def matrix(visit: Reader) -> Response:
    identity = Identity(visit.client("identity"))
    profiles, stages = await asyncio.gather(identity.profiles(), _stages(visit))
    return visit.page(
        "people/profiles.html", profiles=profiles, names=named(profiles, visit), groups=in_groups(), fields=FIELDS,
        stages=_of_all(profiles, stages), every=EVERY_STAGE, hidden=Access.HIDDEN, tabs=tabs_for(visit),
        may_write=visit.may(Right.PROFILES_WRITE),
    )  # fmt: skip


@router.get("/new")
async def new(visit: Writer) -> Response:
    """Like another one, if the address names it."""
    like = visit.query.get("like", "viewer")
    known = {each.key: each for each in await Identity(visit.client("identity")).profiles()}
    return await _form(visit, visit.no_form(), known.get(like) or known["viewer"], is_new=True)


@router.post("/new")
async def make(visit: Writer) -> Response:
    form = await visit.form()
    identity = Identity(visit.client("identity"))
    key = form.text("key", most=63)
    known = {each.key: each for each in await identity.profiles()}
    if form.is_valid and not KEY.fullmatch(key):
        form.errors["key"] = visit.say(NOT_A_KEY, example="clerk")
    if form.is_valid and (key in known or key == "new"):
        form.errors["key"] = visit.say("There is a profile of this name already.")
    if await _is_written(visit, form, key):
        return visit.go(PATH, visit.say("The profile is made."))
    return await _form(visit, form, known["viewer"], is_new=True, status=422)


@router.get("/{key}")
async def profile(key: str, visit: Reader) -> Response:
    return await _form(visit, visit.no_form(), await Identity(visit.client("identity")).profile(key))


@router.post("/{key}")
async def change(key: str, visit: Writer) -> Response:
    form = await visit.form()
    now = await Identity(visit.client("identity")).profile(key)
    if await _is_written(visit, form, key):
        return visit.go(PATH, visit.say("The profile is changed. It is in force within five minutes."))
    return await _form(visit, form, now, status=422)


@router.post("/{key}/drop")
async def drop(key: str, visit: Writer) -> Response:
    """A default one becomes what it was at first."""
    form = await visit.form()
    identity = Identity(visit.client("identity"))
    now = await identity.profile(key)
    with form.telling_refusals():
        await identity.drop_profile(key)
        return visit.go(PATH, visit.say(AS_AT_FIRST if now.is_default else DELETED))
    form.values = {}
    return await _form(visit, form, now, status=422)


async def _is_written(visit: Visit, form: Form, key: str) -> bool:
    wanted = _written(form)
    with form.telling_refusals():
        if form.is_valid:
            await Identity(visit.client("identity")).write_profile(key, wanted)
            return True
    return False


def _written(form: Form) -> ProfileInput:
    names = {str(each): form.text(f"names.{each}", most=100) for each in Language}
    stages = {name.removeprefix("stages."): value for name, value in form.values.items() if name.startswith("stages.")}
    return ProfileInput(
        names=names,
        rights=[right for right in Right if form.value(f"rights.{right}") == "on"],
        fields={field: form.choice(f"fields.{field}", Access) for field in Field},
        stages={stage: form.choice(f"stages.{stage}", Access) for stage, value in stages.items() if value},
    )


async def _form(visit: Visit, form: Form, now: Profile, *, is_new: bool = False, status: int = 200) -> Response:
    stages = _of_all([now], await _stages(visit))
    return visit.page(
        "people/profile.html", status, form=form, profile=now, name=name_of(now, visit), is_new=is_new,
        groups=in_groups(), fields=FIELDS, stages=stages, every=EVERY_STAGE,
        choices=[(str(each), visit.say(word_of(each))) for each in Access], as_others=[("", visit.say(AS_OTHERS))],
        hidden=Access.HIDDEN, languages=list(Language), action=f"{PATH}/new" if is_new else f"{PATH}/{now.key}",
        copy=link(f"{PATH}/new", like=now.key),
        may_write=visit.may(Right.PROFILES_WRITE) and (is_new or not now.is_fixed),
    )  # fmt: skip


async def _stages(visit: Visit) -> dict[str, str]:
    """The names of the pipeline's stages, as far as the reader may know them."""
    try:
        pipeline = await visit.if_may(Right.PIPELINE_READ, Quotes(visit.client("quotes")).pipeline)
    except PeerUnavailable:
        return {}
    return {each.key: each.names.get(visit.language, each.key) for each in pipeline.stages} if pipeline else {}


def _of_all(profiles: list[Profile], known: dict[str, str]) -> dict[str, str]:
    """With those that a profile names and the pipeline no longer has."""
    named_by_profiles = {stage: stage for each in profiles for stage in each.stages if stage != EVERY_STAGE}
    return named_by_profiles | known
