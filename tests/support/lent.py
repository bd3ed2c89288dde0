"""Processes that print and render, started once for all tests that do not look at the processes themselves.

They load libraries and fonts for a second. A process belongs to the loop that started it: so they live aside. What
they answered they need not work out again: most tests print the same few pages, a third of a second each.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from chassis.processes import Processes
from tests.support.aside import Aside, aside

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

    def __init__(self, owner: Processes, there: Aside) -> None:
        super().__init__(owner.module, size=owner.size, wall_seconds=owner.wall_seconds)
        self.owner, self.there = owner, there

    async def run(self, request: bytes) -> bytes:
        return await self.there.do(self.owner.run(request))

    async def warm(self) -> None:
        await self.there.do(self.owner.warm())


class Pool:
    def __init__(self, there: Aside) -> None:
        self.there = there
        self.owners: dict[str, Processes] = {}

    def lend(self, *employers: Employer) -> None:
        """Let these ask processes of the session in place of their own, which were not started yet."""
        for employer in employers:
            own = employer.processes
            assert not own.living, "its own processes run already"
            owner = self.owners.setdefault(own.module, Answered(own.module))
            employer.processes = Lent(owner, self.there)


@contextmanager
def a_pool() -> Iterator[Pool]:
    with aside("processes of the tests") as there:
        pool = Pool(there)
        try:
            yield pool
        finally:
            for owner in pool.owners.values():
                there.finish(owner.close())
