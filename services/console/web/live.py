"""Telling browsers what changed: each open page hears the topics of its organisation's events.

A topic is the noun of an event, such as `billing.invoice`, or the id of something that it concerns.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from chassis.bus_access import Access
from chassis.watching import watching
from services.console.web.visit import AnyVisit

log = logging.getLogger(__name__)

router = APIRouter()

TOGETHER_S = 0.15
"""What happens within this time is told at once."""
HEARTBEAT_S = 15.0
AT_MOST = 500
"""Topics that wait for a browser; beyond, it is told to look at everything again."""
EVERYTHING = "everything"

Topics = set[str]


@dataclass
class Waiting:
    """The topics that one browser was not told yet."""

    topics: Topics = field(default_factory=set)
    some: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, topics: Topics) -> None:
        self.topics |= topics
        if len(self.topics) > AT_MOST:
            self.topics = {EVERYTHING}
        self.some.set()

    async def take(self) -> Topics:
        await self.some.wait()
        await asyncio.sleep(TOGETHER_S)
        taken, self.topics = self.topics, set()
        self.some.clear()
        return taken


@dataclass
class Live:
    """The browsers that listen, by organisation."""

    listeners: dict[str, list[Waiting]] = field(default_factory=dict)

    def tell(self, kind: str, data: dict[str, Any]) -> None:
        for waiting in self.listeners.get(str(data.get("organisation")), ()):
            waiting.add(topics_of(kind, data))

    def tell_all(self) -> None:
        for waiting in (each for several in self.listeners.values() for each in several):
            waiting.add({EVERYTHING})

    @contextmanager
    def listening(self, organisation: str) -> Iterator[Waiting]:
        waiting = Waiting()
        self.listeners.setdefault(organisation, []).append(waiting)
        try:
            yield waiting
        finally:
            self.listeners[organisation].remove(waiting)
            if not self.listeners[organisation]:
                del self.listeners[organisation]

    async def follow(self, access: Access | str) -> None:
        """Hear the bus for ever; once it is found again after a loss, browsers look at everything."""
        while True:
            try:
                async with watching(access, name="relance-console", tell=self.tell):
                    self.tell_all()
                    await asyncio.Event().wait()
            except (OSError, TimeoutError) as error:
                log.warning("live: the bus is not there yet: %r", error)
                await asyncio.sleep(1)


def topics_of(kind: str, data: dict[str, Any]) -> Topics:
    noun = ".".join(kind.split(".")[:2])
    return {noun, *_ids(data)}


def _ids(value: object) -> Iterator[str]:
    """Every UUID that the data names, also at the beginning of a key such as `{invoice_id}:standard:call:1`."""
    if isinstance(value, dict):
        for each in value.values():
            yield from _ids(each)
    elif isinstance(value, list):
        for each in value:
            yield from _ids(each)
    elif isinstance(value, str) and len(value) >= 36 and value[8:9] == "-":
        try:
            yield str(UUID(value[:36]))
        except ValueError:
            return


@router.get("/live")
async def live(request: Request, visit: AnyVisit) -> StreamingResponse:
    """Server-sent events, each a line of topics with spaces between."""
    listeners: Live = request.app.state.live
    return StreamingResponse(
        _told(listeners, visit.caller.organisation),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _told(live: Live, organisation: str) -> AsyncIterator[str]:
    with live.listening(organisation) as waiting:
        yield "retry: 2000\n\n"
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    topics = await waiting.take()
            except TimeoutError:
                yield ": still here\n\n"
            else:
                yield f"data: {' '.join(sorted(topics))}\n\n"
