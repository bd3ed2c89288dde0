"""Processes that print and render, started once for all tests that do not look at the processes themselves.

They load libraries and fonts for a second. A test has a loop of its own, and a process belongs to the loop that
started it: so they live in a thread that has one for the whole session.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, Protocol, TypeVar

from chassis.processes import Processes

Answer = TypeVar("Answer")
WALL_SECONDS = 100.0
"""Less than a test may take."""


class Employer(Protocol):
    """A printer or a renderer."""

    processes: Processes


class Lent(Processes):
    """Asks the processes of the session; closing it leaves them alone."""

    def __init__(self, owner: Processes, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(owner.module, size=owner.size, wall_seconds=owner.wall_seconds)
        self.owner, self.loop = owner, loop

    async def run(self, request: bytes) -> bytes:
        return await self._there(self.owner.run(request))

    async def warm(self) -> None:
        await self._there(self.owner.warm())

    async def _there(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.loop))


class Pool:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.owners: dict[str, Processes] = {}

    def lend(self, *employers: Employer) -> None:
        """Let these ask processes of the session in place of their own, which were not started yet."""
        for employer in employers:
            own = employer.processes
            assert not own.living, "its own processes run already"
            owner = self.owners.setdefault(own.module, Processes(own.module, size=1, wall_seconds=WALL_SECONDS))
            employer.processes = Lent(owner, self.loop)


@contextmanager
def a_pool() -> Iterator[Pool]:
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="processes of the tests")
    thread.start()
    pool = Pool(loop)
    try:
        yield pool
    finally:
        for owner in pool.owners.values():
            asyncio.run_coroutine_threadsafe(owner.close(), loop).result(timeout=20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=20)
        loop.close()
