"""A payment is published, and the workflow of the invoice that it settles is closed."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from temporalio.client import Client, WorkflowFailureError

from chassis.clock import real_now
from chassis.publish import publish
from contracts import dunning
from contracts.events import PaymentReceived
from deploy.local.seed import ORGANISATION
from tests.bench.figure import Bench, Figure, Line, Sample, Sides
from tests.bench.figures.bare import bare_client, in_a_month, start_all
from tests.bench.figures.office import Office
from tests.bench.ground import Ground, ground
from tests.bench.measure import at_most, percentile

COUNT = int(os.environ.get("BENCH_STOP", "200"))
SUBJECT = "bench.payment"
SETTLING_S = 1.0


@dataclass
class Stops:
    """Times in milliseconds, one after the other: never two payments at once."""

    ground: Ground
    bare: Client
    database: asyncpg.Connection
    office: Office
    owed: list[dict[str, Any]] = field(default_factory=list)
    asleep: list[UUID] = field(default_factory=list)

    async def prepare(self, count: int) -> None:
        """Invoices with their cases and workflows for ours, workflows alone for the floor."""
        customer = await self.office.customer()
        self.owed = await self.office.issue([customer] * count, due=in_a_month())
        self.asleep = [uuid4() for _ in range(count)]
        await start_all(self.bare, self.asleep, delay=timedelta(days=37), due=in_a_month())
        async with asyncio.timeout(120):
            while await self._workflows() < 2 * count:
                await asyncio.sleep(0.1)
        await asyncio.sleep(SETTLING_S)

    async def ours(self) -> Sample:
        return _percentiles([await self._closed_by_payment(self.owed.pop()) for _ in range(COUNT)])

    async def floor(self) -> Sample:
        return _percentiles([await self._closed_barely(self.asleep.pop()) for _ in range(COUNT)])

    async def _closed_by_payment(self, invoice: dict[str, Any]) -> float:
        payment = PaymentReceived.model_validate(
            PaymentReceived.example
            | {
                "organisation": ORGANISATION,
                "payment_id": f"bench-{uuid4()}",
                "amount": "1200.00",
                "invoice_number": invoice["number"],
            }
        )
        js = self.ground.js

        async def pay() -> None:
            await publish(js, payment, identity=payment.payment_id, source="urn:bench", at=real_now())

        return await self._until_closed(UUID(invoice["id"]), pay)

    async def _closed_barely(self, invoice_id: UUID) -> float:
        handle = self.bare.get_workflow_handle(dunning.workflow_id(invoice_id))

        async def stop() -> None:
            await self.ground.js.publish(SUBJECT, b"{}")
            for _ in range(2):
                await self.database.execute("insert into bench_commits (at) values (now())")
            await handle.terminate()

        return await self._until_closed(invoice_id, stop)

    async def _until_closed(self, invoice_id: UUID, act: Callable[[], Awaitable[None]]) -> float:
        """Both sides are watched the same way: by a long poll that begins before the payment is published."""
        handle = self.bare.get_workflow_handle(dunning.workflow_id(invoice_id))
        watching = asyncio.create_task(_closed(handle.result))
        await asyncio.sleep(0.02)
        began = time.perf_counter()
        await act()
        async with asyncio.timeout(60):
            return (await watching - began) * 1000

    async def _workflows(self) -> int:
        query = f'WorkflowType = "{dunning.WORKFLOW}" AND ExecutionStatus = "Running"'
        return (await self.bare.count_workflows(query)).count


async def _closed(result: Callable[[], Awaitable[Any]]) -> float:
    try:
        await result()
    except WorkflowFailureError:
        return time.perf_counter()
    raise AssertionError("the workflow came to its end by itself; a payment was to end it")


def _percentiles(times: list[float]) -> Sample:
    return {"stop p50": percentile(times, 0.5), "stop p99": percentile(times, 0.99)}


@asynccontextmanager
async def opened(bench: Bench) -> AsyncIterator[Sides]:
    async with ground(bench.directory, "billing", "billing-worker", "dunning-worker") as on:
        office = Office(on)
        await office.opens()
        await on.js.add_stream(name="BENCH", subjects=["bench.>"])
        database = await asyncpg.connect(on.dsn("billing"))
        await database.execute("create table bench_commits (at timestamptz not null)")
        stops = Stops(on, await bare_client(on), database, office)

        async def ours(number: int) -> Sample:
            await _ready(stops, bench, number)
            return await stops.ours()

        async def floor(number: int) -> Sample:
            await _ready(stops, bench, number)
            return await stops.floor()

        yield Sides(ours, floor)
        await database.close()


async def _ready(stops: Stops, bench: Bench, number: int) -> None:
    if len(stops.owed) >= COUNT and len(stops.asleep) >= COUNT:
        return
    if len(stops.owed) == len(stops.asleep) == 0:
        bench.tell(f"issuing {COUNT} invoices for round {number + 1}")
        await stops.prepare(COUNT)


STOP = Figure(
    name="stop",
    lines=(Line("stop p50", "ms", at_most(2)), Line("stop p99", "ms", at_most(5))),
    floor=(
        "a publish with its receipt, two commits of a row and one terminate, one after the other. It leaves out"
        " finding the invoice, the ledger, the case, every event between the services and who reads it."
    ),
    opened=opened,
)
