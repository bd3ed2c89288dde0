"""Telling browsers what changed: each open page hears the topics of its organisation's events."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from chassis.auth import Caller
from chassis.bus_access import Access
from chassis.clock import real_now
from chassis.http import PeerRefused, PeerUnavailable
from chassis.watching import watching
from contracts.rights import Right
from services.console.peers.identity import Identity
from services.console.web.sessions import Sessions
from services.console.web.topics import EVERYTHING, Topics, readers_of, topics_of
from services.console.web.visit import AnyVisit

log = logging.getLogger(__name__)

router = APIRouter()

TOGETHER_S = 0.15
"""What happens within this time is told at once."""
AT_MOST = 500
"""Topics that wait for a browser; beyond, it is told to look at everything again."""


@dataclass
class Waiting:
    """The topics that one browser was not told yet, of what its reader may read."""

    rights: frozenset[Right]
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
    """The browsers that listen, by organisation.

    After `trusted_s` it is asked again, at a heartbeat or before the next word, whether the session still stands and
    what its reader may read.
    """

    listeners: dict[str, list[Waiting]] = field(default_factory=dict)
    heartbeat_s: float = 15.0
    trusted_s: float = 45.0

    def tell(self, kind: str, data: dict[str, Any]) -> None:
        topics, readers = topics_of(kind, data), readers_of(kind, data)
        for waiting in self.listeners.get(str(data.get("organisation")), ()):
            if waiting.rights & readers:
                waiting.add(topics)

    def tell_all(self) -> None:
        for waiting in (each for several in self.listeners.values() for each in several):
            waiting.add({EVERYTHING})

    @contextmanager
    def listening(self, caller: Caller) -> Iterator[Waiting]:
        organisation, waiting = caller.organisation, Waiting(caller.rights)
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


@router.get("/live")
async def live(request: Request, visit: AnyVisit) -> StreamingResponse:
    """Server-sent events, each a line of topics with spaces between; they end with the session."""
    return StreamingResponse(
        _told(request.app.state.live, request.app.state.user_sessions, visit.caller, visit.secret),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _told(live: Live, sessions: Sessions, caller: Caller, secret: str) -> AsyncIterator[str]:
    with live.listening(caller) as waiting:
        yield "retry: 2000\n\n"
        trusted = time.monotonic() + live.trusted_s
        while True:
            try:
                async with asyncio.timeout(live.heartbeat_s):
                    topics = await waiting.take()
                word = f"data: {' '.join(sorted(topics))}\n\n"
            except TimeoutError:
                word = ": still here\n\n"
            if time.monotonic() >= trusted:
                rights = await _rights(sessions, secret, waiting.rights)
                if rights is None:
                    sessions.forget(secret)
                    return
                waiting.rights, trusted = rights, time.monotonic() + live.trusted_s
            yield word


async def _rights(sessions: Sessions, secret: str, known: frozenset[Right]) -> frozenset[Right] | None:
    """What the reader may do now; None when the session has ended. While identity is away, nobody can end one."""
    try:
        token = await Identity(sessions.identity.with_token(secret)).look()
    except PeerUnavailable:
        return known
    except PeerRefused as refused:
        return None if refused.status == 401 else known
    return (await sessions.keys.caller(token.access_token, now=real_now())).rights
