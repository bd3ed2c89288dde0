"""How far a run has come: what is shown while it goes on, and what it waits for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import httpx2
from nats.errors import Error as NatsError

from chassis.clock import real_now
from contracts import dunning
from deploy.local.program import CannotStart
from deploy.local.stack import Stack
from tests.chaos.witnesses import Witnesses
from tests.load.options import Options
from workflows.client import connect

TOLD_EVERY_S, LOOKS_EVERY_S = 15.0, 2.0
PATIENCE_S = 3600.0
COUNTED = """
    SELECT count(*) FILTER (WHERE state <> 'closed'), count(*) FILTER (WHERE state = 'closed'),
        count(*) FILTER (WHERE state <> 'closed' AND next_moment < '{now}') FROM cases
"""


@dataclass(frozen=True)
class Counts:
    """Of cases; `due` have a step whose moment has come."""

    open: int
    closed: int
    due: int


@dataclass(frozen=True)
class Progress:
    stack: Stack
    witnesses: Witnesses
    options: Options
    tell: Callable[[str], None]

    @asynccontextmanager
    async def shown(self, what: str) -> AsyncIterator[None]:
        """Tell every quarter of a minute, until the end of the block."""
        telling = asyncio.create_task(self._tell(what))
        try:
            yield
        finally:
            telling.cancel()

    async def all_are_open(self, count: int) -> None:
        """Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_S):
            while (await self._counts()).open < count:
                await asyncio.sleep(LOOKS_EVERY_S)
            while await self._running() < count:
                await asyncio.sleep(LOOKS_EVERY_S)

    async def is_calm(self, wave_at: datetime) -> None:
        """Nothing waits, no step is due, and every open case has its workflow, after the wave. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_S):
            while real_now() < wave_at or not await self._nothing_is_left():
                await asyncio.sleep(LOOKS_EVERY_S)

    async def _nothing_is_left(self) -> bool:
        if any((await self.witnesses.waiting()).values()) or await self.witnesses.unfinished_messages():
            return False
        counts = await self._counts()
        return not counts.due and counts.open == await self._running()

    async def _tell(self, what: str) -> None:
        began = real_now()
        while True:
            await asyncio.sleep(TOLD_EVERY_S)
            try:
                counts, waiting = await self._counts(), await self.witnesses.waiting()
            except (CannotStart, NatsError, httpx2.HTTPError) as error:  # asked again soon
                self.tell(f"{what}: {error!r}")
                continue
            queues = ", ".join(f"{name} {count}" for name, count in waiting.items() if count)
            after = (real_now() - began).total_seconds()
            said = f"{counts.open} cases open, {counts.closed} closed, {counts.due} steps due"
            self.tell(f"{what}, {after:.0f} s: {said}; waiting: {queues or 'nothing'}")

    async def _counts(self) -> Counts:
        asked = COUNTED.format(now=self.stack.clock.business(real_now()).isoformat())
        said = await asyncio.to_thread(self.stack.servers.postgres.execute, asked, database="dunning")
        return Counts(*map(int, said.split("|")))

    async def _running(self) -> int:
        client = await connect(self.stack.servers.temporal.target, "default")
        query = f'WorkflowType = "{dunning.WORKFLOW}" AND ExecutionStatus = "Running"'
        return (await client.count_workflows(query)).count
