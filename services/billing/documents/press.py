"""Rendering in processes of their own: a page takes a tenth of a second of computing, which no request may wait for."""

import asyncio
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process

from services.billing.documents.page import pdf_of
from services.billing.documents.sheet import Sheet


class Press:
    """A pool of rendering processes, started when the first page is asked for."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.pool = self._new_pool()

    async def pdf(self, sheet: Sheet) -> bytes:
        """Rendered once more when a process of the pool dies; a second death is the caller's to tell."""
        pool = self.pool
        try:
            return await _run(pool, sheet)
        except BrokenProcessPool:
            if self.pool is pool:
                self.pool = self._new_pool()
            return await _run(self.pool, sheet)

    async def close(self) -> None:
        await asyncio.to_thread(self.pool.shutdown, cancel_futures=True)

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.workers, get_context("spawn"), initializer=_leave_with_the_parent)


async def _run(pool: ProcessPoolExecutor, sheet: Sheet) -> bytes:
    return await asyncio.get_running_loop().run_in_executor(pool, pdf_of, sheet)


def _leave_with_the_parent() -> None:
    """Ctrl-C is the parent's to answer; when the parent is killed, its pool would wait for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_wait_for_the_end_of, args=(parent.sentinel,), daemon=True).start()


def _wait_for_the_end_of(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(0)
