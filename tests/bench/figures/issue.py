"""Invoices issued by eight callers in one series, beside a bare insert under the same row lock."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg

from deploy.local.credentials import an_admin
from deploy.local.seed import ORGANISATION
from tests.bench.figure import Bench, Figure, Line, Sample, Sides
from tests.bench.figures.line import HttpLine
from tests.bench.figures.office import CALLERS, LINE, Office
from tests.bench.ground import Ground, ground
from tests.bench.measure import at_least

COUNT = int(os.environ.get("BENCH_ISSUE", "400"))
TABLES = """
    create table bare_series (series text primary key, last integer not null);
    create table bare_invoices (number integer primary key, snapshot jsonb not null);
    insert into bare_series values ('F', 0);
"""


async def drafts(office: Office, customer: str, count: int) -> list[str]:
    draft = {"customer_id": customer, "lines": [LINE]}
    return [str((await office.post("billing", "/invoices", draft))["id"]) for _ in range(count)]


async def by_callers(count: int, work: Callable[[int], Awaitable[None]]) -> float:
    """A second, by eight callers; `work` is given the number of its caller."""
    waiting = iter(range(count))

    async def caller(number: int) -> None:
        for _ in waiting:
            await work(number)

    began = time.monotonic()
    await asyncio.gather(*(caller(number) for number in range(CALLERS)))
    return count / (time.monotonic() - began)


async def bare(connection: asyncpg.Connection, snapshot: str) -> None:
    async with connection.transaction():
        number = await connection.fetchval("update bare_series set last = last + 1 where series = 'F' returning last")
        await connection.execute("insert into bare_invoices values ($1, $2)", number, snapshot)


@asynccontextmanager
async def lines_to(on: Ground) -> AsyncIterator[list[HttpLine]]:
    """A connection for each caller, made anew for each round: a server closes what lies idle."""
    token = an_admin(on.stack.shared, ORGANISATION)
    lines = [await HttpLine.to(on.stack.urls["billing"], token) for _ in range(CALLERS)]
    try:
        yield lines
    finally:
        for line in lines:
            line.close()


@asynccontextmanager
async def opened(bench: Bench) -> AsyncIterator[Sides]:
    async with AsyncExitStack() as closing:
        on = await closing.enter_async_context(
            ground(bench.directory, "billing", "quotes", "dunning", "notify", "identity")
        )
        office = Office(on)
        await office.opens()
        customer = await office.customer()
        databases = [await asyncpg.connect(on.dsn("billing")) for _ in range(CALLERS)]
        for database in databases:
            closing.push_async_callback(database.close)
        await databases[0].execute(TABLES)
        (example,) = await drafts(office, customer, 1)
        async with lines_to(on) as lines:
            snapshot = (await lines[0].ask("POST", f"/invoices/{example}/issue")).decode()

        async def ours(_: int) -> Sample:
            waiting = iter(await drafts(office, customer, COUNT))
            async with lines_to(on) as lines:

                async def issue(caller: int) -> None:
                    await lines[caller].ask("POST", f"/invoices/{next(waiting)}/issue")

                return {"issue": await by_callers(COUNT, issue)}

        async def floor(_: int) -> Sample:
            return {"issue": await by_callers(COUNT, lambda caller: bare(databases[caller], snapshot))}

        yield Sides(ours, floor)


ISSUE = Figure(
    name="issue",
    lines=(Line("issue", "invoices/s", at_least(0.5)),),
    floor=(
        "eight connections that take a number under its row lock and insert it with the same document, one transaction"
        " each. It leaves out HTTP, the token, the draft, the seller and the customer, the receivable and the outbox."
    ),
    opened=opened,
)
