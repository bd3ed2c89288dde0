"""A loop for the whole session, in a thread of its own: that of a test ends with it, and so does what belongs to it."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class Aside:
    """Does work there for whoever asks from a loop of their own."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop

    async def do(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.loop))

    def finish(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """For who has no loop: at the end of the session."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=20)


@contextmanager
def aside(name: str) -> Iterator[Aside]:
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name=name)
    thread.start()
    try:
        yield Aside(loop)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=20)
        loop.close()
