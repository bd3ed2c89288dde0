"""Makes PDFs in processes of their own, so that the event loop never waits for one."""

import asyncio
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from chassis.problems import DomainError
from services.quotes.documents.document import Document
from services.quotes.documents.rendering import render

PATIENCE = 30.0
"""Seconds; a quote of the largest size takes a few."""


class DocumentNotMade(DomainError):
    """Nothing was changed: the same request may be made again."""

    status = 503

    def __init__(self, number: str) -> None:
        super().__init__(f"The document of {number} could not be made in time. Nothing was changed: try again.")


class Printer:
    def __init__(self, processes: int = 1) -> None:
        self.processes = processes
        self.pool = self._new_pool()

    async def print(self, document: Document) -> bytes:
        """The PDF. A process that dies, or hangs, is replaced for the next one."""
        pool = self.pool
        try:
            return await asyncio.wait_for(asyncio.wrap_future(pool.submit(render, document)), PATIENCE)
        except (BrokenProcessPool, TimeoutError):
            self._replace(pool)
            raise DocumentNotMade(document.number) from None

    async def close(self) -> None:
        self._end(self.pool)

    def _replace(self, pool: ProcessPoolExecutor) -> None:
        if pool is self.pool:
            self.pool = self._new_pool()
            self._end(pool)

    def _new_pool(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")  # a fork would share sockets and locks of the event loop
        return ProcessPoolExecutor(self.processes, mp_context=context, initializer=_live_with_the_parent)

    @staticmethod
    def _end(pool: ProcessPoolExecutor) -> None:
        processes = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()


def _live_with_the_parent() -> None:
    """Ctrl-C is the parent's to handle; and a parent that was killed leaves no process behind."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
