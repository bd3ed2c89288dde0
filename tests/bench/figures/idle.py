"""What ten thousand sleeping cases cost in memory."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from statistics import median
from uuid import uuid4

from tests.bench.figure import Bench, Figure, Line, Sample, Sides
from tests.bench.figures.bare import bare_client, in_a_month, start_all
from tests.bench.ground import Ground, ground
from tests.bench.measure import no_more_than

CASES = int(os.environ.get("BENCH_IDLE", "10000"))
BEGUN = CASES * 3 // 20
"""Of them so many have begun and sleep between two steps, more than the worker keeps in its cache."""
WARM = 20
WORKERS = ("workflows", "dunning-worker")
SETTLING_S = 5.0
STEADY, ABOUT_MB = 8, 3.0
"""Looks that see about the same: twice as long as workers take until they give back what they no longer need."""


@asynccontextmanager
async def opened(bench: Bench) -> AsyncIterator[Sides]:
    async with ground(bench.directory, *WORKERS) as on:
        bare = await bare_client(on)
        # the first workflows load what is loaded once, however many follow
        await start_all(bare, [uuid4() for _ in range(WARM)], delay=None, due=in_a_month())
        before = await _steady(on)

        async def ours(_: int) -> Sample:
            bench.tell(f"putting {CASES} cases to sleep, {BEGUN} of them begun; {before:.0f} MB before")
            begun = [uuid4() for _ in range(BEGUN)]
            await start_all(bare, begun, delay=None, due=in_a_month())
            await start_all(bare, [uuid4() for _ in range(CASES - BEGUN)], delay=timedelta(days=37), due=in_a_month())
            return {"idle": max(0.0, await _steady(on) - before)}

        async def floor(_: int) -> Sample:
            return {"idle": 0.0}

        yield Sides(ours, floor)


async def _steady(on: Ground) -> float:
    """The median of the last looks, once they see about the same."""
    seen: list[float] = []
    for _ in range(60):
        await asyncio.sleep(SETTLING_S)
        seen = [*seen, on.memory(*WORKERS)][-STEADY:]
        if len(seen) == STEADY and max(seen) - min(seen) < ABOUT_MB:
            break
    return median(seen)


IDLE = Figure(
    name="idle",
    lines=(Line("idle", "MB", no_more_than(20, "MB")),),
    floor="nothing: a case that sleeps needs no memory of a worker. The ratio is the share of the goal that is used.",
    opened=opened,
    most_rounds=1,
)
