"""What a wave of steps took of memory is given back, so that a worker whose cases sleep stays small."""

import asyncio
import ctypes
import gc

from chassis.duties import pause

EVERY_S = 20.0

_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
"""Of the GNU C library alone; others give back by themselves or not at all."""


def settle() -> None:
    """Once, when everything is loaded: it stays, and is not looked through again each time."""
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """A workflow that leaves the cache is a cycle of tens of kilobytes, of which the collector alone thinks little;
    and what is free again stays with the allocator, between what is not, until it is told to look."""
    gc.collect()
    if _trim is not None:
        _trim(0)


async def give_back_until(stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        give_back()
        await pause(stopping, EVERY_S)
