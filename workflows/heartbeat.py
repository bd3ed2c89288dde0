"""Telling Temporal that an activity is alive, so that one whose worker died is tried again soon."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio import activity

BEAT_S = 4.0
"""A third of the silence after which the workflows give an attempt up. A quick activity never gets here."""


@asynccontextmanager
async def beating() -> AsyncIterator[None]:
    """Within an activity: tell from time to time that this attempt goes on."""
    task = asyncio.create_task(_beat())
    try:
        yield
    finally:
        task.cancel()


async def _beat() -> None:
    while True:
        await asyncio.sleep(BEAT_S)
        activity.heartbeat()
