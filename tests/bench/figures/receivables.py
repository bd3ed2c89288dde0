"""What is overdue and the aged balance, among a million receivables, beside the bare query; and among ten thousand."""

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from statistics import median

import asyncpg

from chassis.clock import real_now
from deploy.local.credentials import an_admin
from deploy.local.seed import ORGANISATION
from tests.bench.figure import Bench, Figure, Line, Sample, Sides
from tests.bench.figures.line import HttpLine
from tests.bench.figures.portfolio import load
from tests.bench.ground import Ground, ground
from tests.bench.measure import at_most

MANY = int(os.environ.get("BENCH_RECEIVABLES", "1000000"))
FEW = 10_000
ASKED = 200
PAGE = "/receivables?overdue=true"
AGED = "/receivables/aged"
BARE_PAGE = """
    select r.invoice_id, r.number, r.organisation, r.customer_id, r.issue_date, r.due_date, r.total, r.balance,
        r.currency, r.status, r.scenario, r.version, c.name, c.kind, c.language, c.address ->> 'country', c.scenario
    from receivables r join customers c on c.id = r.customer_id
    where r.organisation = $1 and r.status = 'open' and r.due_date < $2 order by r.due_date, r.invoice_id limit 51
"""
BARE_AGED = """
    select currency, sum(balance) filter (where due_date >= $2),
        sum(balance) filter (where $2 - due_date between 1 and 30),
        sum(balance) filter (where $2 - due_date between 31 and 60),
        sum(balance) filter (where $2 - due_date between 61 and 90), sum(balance) filter (where $2 - due_date > 90),
        count(*)
    from receivables where organisation = $1 and status = 'open' group by currency
"""


@dataclass(frozen=True)
class Lists:
    """Of a database of its own. Milliseconds of an answer: the median of so many, one after the other."""

    on: Ground
    database: asyncpg.Connection
    today: date

    async def over_http(self, path: str) -> float:
        token = an_admin(self.on.stack.shared, ORGANISATION)
        line = await HttpLine.to(self.on.stack.urls["billing"], token)  # a new one: a server closes what lies idle
        try:
            return await _median(lambda: line.ask("GET", path))
        finally:
            line.close()

    async def bare(self, query: str) -> float:
        statement = await self.database.prepare(query)
        return await _median(lambda: statement.fetch(ORGANISATION, self.today))


async def _median(ask: Callable[[], Awaitable[object]]) -> float:
    times = []
    for _ in range(ASKED):
        began = time.perf_counter()
        await ask()
        times.append(time.perf_counter() - began)
    return median(times) * 1000


@asynccontextmanager
async def lists(bench: Bench, name: str, count: int) -> AsyncIterator[Lists]:
    """So many receivables on servers of their own: beside others in the same tables, those would count too."""
    async with ground(bench.directory / name, "billing") as on:
        database = await asyncpg.connect(on.dsn("billing"))
        try:
            found = Lists(on, database, real_now().date())
            bench.tell(f"writing {count:,} receivables")
            await load(database, ORGANISATION, count, today=found.today)
            await database.execute("vacuum analyze", timeout=600)
            yield found
        finally:
            await database.close()


@asynccontextmanager
async def opened(bench: Bench) -> AsyncIterator[Sides]:
    async with lists(bench, "many", MANY) as many, lists(bench, "few", FEW) as few:

        async def ours(_: int) -> Sample:
            page, aged = await many.over_http(PAGE), await many.over_http(AGED)
            return {
                "overdue page": page,
                "aged balance": aged,
                "overdue page, growth": page,
                "aged balance, growth": aged,
            }

        async def floor(_: int) -> Sample:
            return {
                "overdue page": await many.bare(BARE_PAGE),
                "aged balance": await many.bare(BARE_AGED),
                "overdue page, growth": await few.over_http(PAGE),
                "aged balance, growth": await few.over_http(AGED),
            }

        yield Sides(ours, floor)


RECEIVABLES = Figure(
    name="receivables",
    lines=(
        Line("overdue page", "ms", at_most(1.5)),
        Line("aged balance", "ms", at_most(1.5)),
        Line("overdue page, growth", "ms", at_most(1.5)),
        Line("aged balance, growth", "ms", at_most(1.5)),
    ),
    floor=(
        "the bare SQL on the same rows, prepared, on one connection. It leaves out HTTP, the token, the transaction and"
        f" JSON. Of the lines on growth: ours on servers of its own, among {FEW:,} receivables instead of {MANY:,}."
    ),
    opened=opened,
)
