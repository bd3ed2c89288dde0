"""Users: invited by a link, given another profile, locked."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from contracts.parties import Language
from contracts.rights import Right
from services.console.pages.people.entry import named, tabs_for
from services.console.peers.identity import Identity, Member, MemberInput
from services.console.web.catalogues import mark
from services.console.web.forms import Form
from services.console.web.tables import Column, Table
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/people/users")

Reader = Annotated[Visit, reading(Right.USERS_READ)]
Writer = Annotated[Visit, reading(Right.USERS_WRITE)]

PATH = "/people/users"
LOCKED, UNLOCKED = mark("%(name)s is locked."), mark("%(name)s may come in again.")
COLUMNS = (Column(mark("Name")), Column(mark("E-mail")), Column(mark("Profile")), Column(mark("State")))


@router.get("")
async def users(visit: Reader) -> Response:
    return await _list(visit, visit.no_form())


@router.post("")
async def invite(visit: Writer) -> Response:
    """They are sent a link to choose a password."""
    form = await visit.form()
    wanted = _written(form, is_active=True)
    with form.telling_refusals():
        if form.is_valid:
            user = await Identity(visit.client("identity")).invite(wanted, key=form.once)
            return visit.go(PATH, visit.say("A link is on its way to %(email)s.", email=user.email))
    return await _list(visit, form, 422)


@router.get("/{user_id}")
async def user(user_id: UUID, visit: Reader) -> Response:
    return await _one(visit, user_id, visit.no_form())


@router.post("/{user_id}")
async def change(user_id: UUID, visit: Writer) -> Response:
    form = await visit.form()
    identity = Identity(visit.client("identity"))
    now = await identity.user(user_id)
    wanted = _written(form, is_active=now.is_active)
    with form.telling_refusals():
        if form.is_valid:
            changed = await identity.change_user(user_id, wanted)
            return visit.go(PATH, visit.say("%(name)s is changed.", name=changed.name))
    return await _one(visit, user_id, form, 422)


@router.post("/{user_id}/lock")
async def lock(user_id: UUID, visit: Writer) -> Response:
    """Signed out everywhere, and not let in again."""
    return await _set_active(visit, user_id, is_active=False)


@router.post("/{user_id}/unlock")
async def unlock(user_id: UUID, visit: Writer) -> Response:
    return await _set_active(visit, user_id, is_active=True)


@router.post("/{user_id}/invite")
async def invite_again(user_id: UUID, visit: Writer) -> Response:
    form = await visit.form()
    with form.telling_refusals():
        await Identity(visit.client("identity")).invite_again(user_id, key=form.once)
        return visit.go(f"{PATH}/{user_id}", visit.say("A new link is on its way."))
    return await _one(visit, user_id, form, 422)


async def _set_active(visit: Visit, user_id: UUID, *, is_active: bool) -> Response:
    form = await visit.form()
    identity = Identity(visit.client("identity"))
    now = await identity.user(user_id)
    wanted = MemberInput(
        email=now.email, name=now.name, language=now.language, profile=now.profile, is_active=is_active
    )
    with form.telling_refusals():
        await identity.change_user(user_id, wanted)
        return visit.go(f"{PATH}/{user_id}", visit.say(UNLOCKED if is_active else LOCKED, name=now.name))
    return await _one(visit, user_id, form, 422)


def _written(form: Form, *, is_active: bool) -> MemberInput:
    return MemberInput(
        email=form.text("email", most=254),
        name=form.text("name", most=200),
        language=form.choice("language", Language),
        profile=form.text("profile", most=63),
        is_active=is_active,
    )


async def _list(visit: Visit, form: Form, status: int = 200) -> Response:
    identity = Identity(visit.client("identity"))
    asked = {"q": visit.query.get("q", "")[:100], "cursor": visit.query.get("cursor")}
    page, profiles = await asyncio.gather(
        identity.users(**asked, limit=50), visit.if_may(Right.PROFILES_READ, identity.profiles)
    )
    table = Table(PATH, COLUMNS, visit.query, "", page.next)
    return visit.page(
        "people/users.html", status, rows=page.items, table=table, names=named(profiles or [], visit), form=form,
        tabs=tabs_for(visit), languages=list(Language), may_write=visit.may(Right.USERS_WRITE),
    )  # fmt: skip


async def _one(visit: Visit, user_id: UUID, form: Form, status: int = 200) -> Response:
    identity = Identity(visit.client("identity"))
    member, profiles = await asyncio.gather(
        identity.user(user_id), visit.if_may(Right.PROFILES_READ, identity.profiles)
    )
    names = {member.profile: member.profile} | named(profiles or [], visit)
    return visit.page(
        "people/user.html", status, member=member, names=names, form=form, languages=list(Language),
        may_write=visit.may(Right.USERS_WRITE), is_me=_is_me(visit, member),
    )  # fmt: skip


def _is_me(visit: Visit, member: Member) -> bool:
    return visit.caller.subject == str(member.id)
