"""What ten thousand sleeping cases cost in memory."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
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
STEADY = 6
"""Looks that see the same: longer than workers take until they give back what they no longer need."""


@asynccontextmanager
async def opened(bench: Bench) -> AsyncIterator[Sides]:
    async with ground(bench.directory, *WORKERS) as on:
        bare = await bare_client(on)
        # the first workflows load what is loaded once, however many follow
        await start_all(bare, [uuid4() for _ in range(WARM)], delay=None, due=in_a_month())
        await _until_steady(on)

        async def ours(_: int) -> Sample:
            before = on.memory(*WORKERS)
            bench.tell(f"putting {CASES} cases to sleep, {BEGUN} of them begun; {before:.0f} MB before")
            begun = [uuid4() for _ in range(BEGUN)]
            await start_all(bare, begun, delay=None, due=in_a_month())
            await start_all(bare, [uuid4() for _ in range(CASES - BEGUN)], delay=timedelta(days=37), due=in_a_month())
            await _until_steady(on)
            return {"idle": max(0.0, on.memory(*WORKERS) - before)}

        async def floor(_: int) -> Sample:
            return {"idle": 0.0}

        yield Sides(ours, floor)


async def _until_steady(on: Ground) -> None:
    """Memory that does not change any more."""
    seen = [on.memory(*WORKERS)]
    for _ in range(60):
        await asyncio.sleep(SETTLING_S)
        seen = [*seen, on.memory(*WORKERS)][-STEADY:]
        if len(seen) == STEADY and max(seen) - min(seen) < 0.5:
            return


IDLE = Figure(
    name="idle",
    lines=(Line("idle", "MB", no_more_than(20, "MB")),),
    floor="nothing: a case that sleeps needs no memory of a worker. The ratio is the share of the goal that is used.",
    opened=opened,
    most_rounds=1,
)
