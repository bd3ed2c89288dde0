"""What ten thousand sleeping cases cost in memory."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median
from uuid import uuid4

from contracts import dunning
from contracts.dunning import ClosingReason
from deploy.local.ports import LOOPBACK
from tests.bench.figure import Bench, Figure, Line, Sample, Sides
from tests.bench.figures.bare import in_a_month, start_all
from tests.bench.figures.enrol import WORKER, Enrolment, enrolment
from tests.bench.ground import Ground
from tests.bench.measure import no_more_than

CASES = int(os.environ.get("BENCH_IDLE", "10000"))
BEGUN = CASES * 3 // 20
"""Of them so many have begun and wait for their first step, more than the worker keeps in its cache."""
AT_ONCE = 1000
WARM = 20
WORKERS = ("workflows", WORKER)
SETTLING_S = 5.0
STEADY, ABOUT_MB = 8, 3.0
"""Looks that see about the same: twice as long as workers take until they give back what they no longer need."""
KEPT = re.compile(r"^temporal_sticky_cache_size(?:\{.*\})? (\S+)$", re.MULTILINE)


@asynccontextmanager
async def opened(bench: Bench) -> AsyncIterator[Sides]:
    async with enrolment(bench, "workflows") as house:
        await warm_up(house)
        before = await _steady(house.ground)

        async def ours(_: int) -> Sample:
            each = ", ".join(f"{name} {house.ground.memory(name):.0f}" for name in WORKERS)
            bench.tell(f"putting {CASES} cases to sleep, {BEGUN} of them begun; {before:.0f} MB before ({each})")
            await start_all(house.bare, [uuid4() for _ in range(BEGUN)], delay=None, due=in_a_month())
            for first in range(BEGUN, CASES, AT_ONCE):
                await house.ours(min(AT_ONCE, CASES - first))
            after = await _steady(house.ground)
            each = ", ".join(f"{name} {house.ground.memory(name):.0f}" for name in WORKERS)
            bench.tell(f"{after:.0f} MB after ({each}), {await kept(house.ground)} workflows in memory")
            return {"idle": max(0.0, after - before)}

        async def floor(_: int) -> Sample:
            return {"idle": 0.0}

        yield Sides(ours, floor)


async def warm_up(house: Enrolment) -> None:
    """The first ones load what is loaded once, however many follow; the workflows among them end.

    Raises TimeoutError while any workflow is left in the worker's memory: it would be taken off the figure. And where
    the worker tells nothing of them.
    """
    await house.ours(WARM)
    first = [uuid4() for _ in range(WARM)]
    await start_all(house.bare, first, delay=None, due=in_a_month())
    async with asyncio.timeout(60):
        while not await _is_told(house.ground) or await kept(house.ground) < WARM:
            await asyncio.sleep(0.2)
        for invoice_id in first:
            handle = house.bare.get_workflow_handle(dunning.workflow_id(invoice_id))
            await handle.signal(dunning.CLOSE_SIGNAL, ClosingReason.SETTLED)
        while await kept(house.ground):
            await asyncio.sleep(0.2)


async def kept(on: Ground) -> int:
    """How many workflows the worker of workflows has in its memory, as it tells its operators."""
    url = f"http://{LOOPBACK}:{on.stack.ports['workflow-figures']}/metrics"
    return kept_in((await on.http.get(url)).raise_for_status().text)


async def _is_told(on: Ground) -> bool:
    """Not before the first one is there."""
    try:
        await kept(on)
    except ValueError:
        return False
    return True


def kept_in(metrics: str) -> int:
    """Of all its task queues. Raises ValueError when nothing is told of it: that is not the same as none."""
    found = [float(each) for each in KEPT.findall(metrics)]
    if not found:
        raise ValueError("the worker of workflows does not tell temporal_sticky_cache_size")
    return int(sum(found))


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
    floor=(
        "nothing: a case that sleeps needs no memory of a worker. The ratio is the share of the goal that is used."
        f" Ours: dunning's worker enrols {CASES - BEGUN:,} cases, whose workflows sleep in their start delay; beside"
        f" them {BEGUN:,} workflows are started without a case, have begun and wait for their first step. Taken off is"
        f" what both workers had after {WARM} of each kind, when no workflow was left in memory."
    ),
    opened=opened,
    most_rounds=1,
)
