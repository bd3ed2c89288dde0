"""Operations: how the services are, what waits on the bus, what nobody could work with, workflows that fail."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter
from starlette.responses import Response

from chassis.http import PeerRefused, PeerUnavailable
from chassis.version import VERSION
from contracts.rights import Right
from services.console.pages.operations.page import Letters, Running, Service, is_held_up
from services.console.peers.operations import Operations
from services.console.web.links import link
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/operations")

Reader = Annotated[Visit, reading(Right.OPERATIONS_READ)]
Mender = Annotated[Visit, reading(Right.OPERATIONS_REPAIR)]
Named = Literal["identity", "quotes", "billing", "dunning", "notify"]

SERVICES: tuple[Named, ...] = ("identity", "quotes", "billing", "dunning", "notify")
SHOWN = 20

Read = TypeVar("Read")


@router.get("")
async def operations(visit: Reader) -> Response:
    states, letters, running = await asyncio.gather(
        asyncio.gather(*(_service(visit, name) for name in SERVICES)),
        asyncio.gather(*(_letters(visit, name, visit.query.get(f"after_{name}")) for name in SERVICES)),
        _running(visit),
    )
    return visit.page(
        "operations/page.html", services=states, letters=letters, running=running, version=VERSION,
        is_held_up=is_held_up, may_repair=visit.may(Right.OPERATIONS_REPAIR),
    )  # fmt: skip


@router.post("/dead-letters/{name}/{letter}/replay")
async def replay(name: Named, letter: int, visit: Mender) -> Response:
    form = await visit.form()
    try:
        await Operations(visit.client(name)).replay(letter, key=form.once)
    except PeerRefused as refused:
        if refused.status != 404:
            raise
        return visit.go("/operations#dead-letters", visit.say("It is not there any more."), "problem")
    return visit.go(
        "/operations#dead-letters", visit.say("Delivered again. If it fails once more, it is back here in a moment.")
    )


async def _service(visit: Visit, name: Named) -> Service:
    return Service(name, await _or_away(Operations(visit.client(name)).view()))


async def _letters(visit: Visit, name: Named, cursor: str | None) -> Letters:
    page = await _or_away(Operations(visit.client(name)).dead_letters(limit=SHOWN, cursor=cursor))
    more = link("/operations", visit.query, **{f"after_{name}": page.next}) if page and page.next else None
    return Letters(name, page.items if page else None, more)


async def _running(visit: Visit) -> Sequence[Running]:
    dunning, quotes = Operations(visit.client("dunning")), Operations(visit.client("quotes"))
    cases, follow_ups, lists = await asyncio.gather(
        _or_away(dunning.failing()), _or_away(quotes.failing()), _or_away(dunning.failing_lists())
    )
    return Running("dunning", cases), Running("quotes", follow_ups), Running("overdue lists", lists)


async def _or_away(asking: Awaitable[Read]) -> Read | None:
    """None while the service does not answer, or what it asks itself does not: the page is for just that time."""
    try:
        return await asking
    except PeerUnavailable:
        return None
    except PeerRefused as refused:
        if refused.status != 404:
            raise
        return None  # a service of an earlier release, in the midst of an upgrade
