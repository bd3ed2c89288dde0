"""Issued invoices that wait in the stream become cases with a workflow each."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import asyncpg
from temporalio.client import Client

from contracts import dunning
from tests.bench.figure import Bench, Figure, Line, Sample, Sides
from tests.bench.figures.bare import bare_client, in_a_month, start_all
from tests.bench.figures.invoices import issued, publish
from tests.bench.ground import Ground, ground
from tests.bench.measure import at_least

COUNT = int(os.environ.get("BENCH_ENROL", "1000"))
WORKER = "dunning-worker"
PATIENCE_S = 300.0
LOOKS_EVERY_S = 0.05


@dataclass
class Enrolment:
    """Both ways to enrol invoices; rates in cases a second."""

    ground: Ground
    bare: Client
    database: asyncpg.Connection

    async def ours(self, count: int) -> float:
        """From the moment the worker may read until every case is stored and every workflow is open.

        The worker is held still while the events are published, so that they wait in the stream.
        """
        cases, workflows = await self._cases(), await self._workflows()
        self.ground.stack.kill(WORKER, signal.SIGSTOP)
        try:
            await publish(self.ground, issued(count))
        finally:
            began = time.monotonic()
            self.ground.stack.kill(WORKER, signal.SIGCONT)
        async with asyncio.timeout(PATIENCE_S):
            while await self._cases() < cases + count:
                await asyncio.sleep(LOOKS_EVERY_S)
            while await self._workflows() < workflows + count:
                await asyncio.sleep(LOOKS_EVERY_S)
        return count / (time.monotonic() - began)

    async def floor(self, count: int) -> float:
        began = time.monotonic()
        await start_all(self.bare, [uuid4() for _ in range(count)], delay=timedelta(days=37), due=in_a_month())
        return count / (time.monotonic() - began)

    async def _cases(self) -> int:
        return int(await self.database.fetchval("select count(*) from cases"))

    async def _workflows(self) -> int:
        """Those that run, as operators count them."""
        query = f'WorkflowType = "{dunning.WORKFLOW}" AND ExecutionStatus = "Running"'
        return (await self.bare.count_workflows(query)).count


@asynccontextmanager
async def enrolment(bench: Bench, *further: str) -> AsyncIterator[Enrolment]:
    """On a ground of its own, with dunning's worker and `further` processes."""
    async with ground(bench.directory, WORKER, *further) as on:
        database = await asyncpg.connect(on.dsn("dunning"))
        try:
            yield Enrolment(on, await bare_client(on), database)
        finally:
            await database.close()


@asynccontextmanager
async def opened(bench: Bench) -> AsyncIterator[Sides]:
    async with enrolment(bench) as both:
        bench.tell("warming up")
        await both.ours(50)
        await both.floor(50)

        async def ours(_: int) -> Sample:
            return {"enrol": await both.ours(COUNT)}

        async def floor(_: int) -> Sample:
            return {"enrol": await both.floor(COUNT)}

        yield Sides(ours, floor)


ENROL = Figure(
    name="enrol",
    lines=(Line("enrol", "cases/s", at_least(0.7)),),
    floor=(
        "a bare start_workflow with a start delay and the same input, 64 at once. It leaves out the event, the"
        " choice of a scenario, the case's row, its journal and its own event."
    ),
    opened=opened,
)
