"""Processes that print and render, started once for all tests that do not look at the processes themselves.

They load libraries and fonts for a second. A test has a loop of its own, and a process belongs to the loop that
started it: so they live in a thread that has one for the whole session. What they answered they need not work out
again: most tests print the same few pages, a third of a second each.
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
MOST_ANSWERS = 500
"""Of each kind of process, the newest: tests that ask the same stand together, and documents take room."""


class Employer(Protocol):
    """A printer or a renderer."""

    processes: Processes


class Answered(Processes):
    """The same request has the same answer: that it has is for the tests with processes of their own to show."""

    def __init__(self, module: str) -> None:
        super().__init__(module, size=1, wall_seconds=WALL_SECONDS)
        self.answers: dict[bytes, bytes] = {}

    async def run(self, request: bytes) -> bytes:
        if request not in self.answers:
            answer = await super().run(request)
            while len(self.answers) >= MOST_ANSWERS:
                del self.answers[next(iter(self.answers))]
            self.answers[request] = answer
        return self.answers[request]


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
            owner = self.owners.setdefault(own.module, Answered(own.module))
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
