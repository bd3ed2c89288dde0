"""Whether invoices are enrolled as fast beside twenty thousand open cases as beside none."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg

from tests.bench.figure import Bench, Figure, Line, Sample, Sides
from tests.bench.figures.bare import in_a_month, start_all
from tests.bench.figures.enrol import Enrolment, enrolment
from tests.bench.measure import at_least

OPEN = int(os.environ.get("BENCH_OPEN", "20000"))
COUNT = int(os.environ.get("BENCH_GROWTH", "500"))

COPIES = """
    insert into cases
    select (c).* from (
        select jsonb_populate_record(
            one, jsonb_build_object('id', gen_random_uuid(), 'invoice_id', invoice, 'customer_id', gen_random_uuid())
        ) as c
        from unnest($1::uuid[]) as invoice, (select cases as one from cases limit 1) as it
    ) as copies
"""


async def fill(of: Enrolment, count: int) -> None:
    """So many cases that sleep: workflows as the floor starts them, and copies of a row that ours made."""
    invoices = [uuid4() for _ in range(count)]
    await start_all(of.bare, invoices, delay=timedelta(days=37), due=in_a_month())
    await copy_cases(of.database, invoices)


async def copy_cases(database: asyncpg.Connection, invoices: list[UUID]) -> None:
    await database.execute(COPIES, invoices, timeout=120)
    await database.execute("analyze cases", timeout=60)


@asynccontextmanager
async def opened(bench: Bench) -> AsyncIterator[Sides]:
    async with (
        enrolment(Bench(bench.directory / "full", bench.tell)) as full,
        enrolment(Bench(bench.directory / "empty", bench.tell)) as empty,
    ):
        for each in (full, empty):
            await each.ours(50)
        bench.tell(f"opening {OPEN} cases, which takes minutes")
        await fill(full, OPEN)

        async def ours(_: int) -> Sample:
            return {"growth": await full.ours(COUNT)}

        async def floor(_: int) -> Sample:
            return {"growth": await empty.ours(COUNT)}

        yield Sides(ours, floor)


GROWTH = Figure(
    name="growth",
    lines=(Line("growth", "cases/s", at_least(0.9)),),
    floor=f"ours on servers of its own, without the {OPEN} open cases.",
    opened=opened,
)
