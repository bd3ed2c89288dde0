"""What nobody holds any more goes back."""

import asyncio
import ctypes
import gc
import os
import sys
import weakref

import pytest

from tests.speed.memory import megabytes
from workflows import memory


class Node:
    """A cycle by itself, as an evicted workflow is."""

    def __init__(self) -> None:
        self.myself = self


async def test_cycles_that_the_collector_has_not_come_to_are_let_go() -> None:
    gc.disable()
    try:
        gone = weakref.ref(Node())
        assert gone() is not None
        stopping = asyncio.Event()
        giving = asyncio.create_task(memory.give_back_until(stopping))
        await asyncio.sleep(0.01)
        stopping.set()
        await asyncio.wait_for(giving, 5)
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.skipif(sys.platform != "linux", reason="the allocator of the GNU C library")
def test_free_pages_between_those_in_use_go_back_to_the_system() -> None:
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    blocks = [libc.malloc(16_000) for _ in range(4_000)]
    for block in blocks:
        ctypes.memset(block, 1, 16_000)
    kept = blocks[::100] + blocks[-1:]
    for block in set(blocks) - set(kept):
        libc.free(ctypes.c_void_p(block))
    before = megabytes(os.getpid(), "VmRSS")
    memory.give_back()
    after = megabytes(os.getpid(), "VmRSS")
    for block in set(kept):
        libc.free(ctypes.c_void_p(block))
    assert before - after > 30
