"""A few processes that work for a service, replaced when they die. Each runs `child.serve`."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from chassis.child import LENGTH

WALL_SECONDS = 20.0
START_SECONDS = 60.0
"""A process loads libraries and fonts before its first request; a busy machine takes many seconds over it."""


class ProcessDied(Exception):
    """The process was killed at its limit of time or memory, or did not answer in time."""


class NotWarm(Exception):
    """The processes are being started; what they need may take seconds to load."""


class Processes:
    """At most `size` processes of a module, started when they are needed. They see nothing of the environment."""

    def __init__(self, module: str, *, size: int = 2, wall_seconds: float = WALL_SECONDS) -> None:
        self.module, self.size, self.wall_seconds = module, size, wall_seconds
        self.living: set[Process] = set()
        self._room = asyncio.Semaphore(size)
        self._idle: list[Process | None] = [None] * size
        """One entry for each free place, None where no process was started yet."""
        self._warming: asyncio.Task[object] | None = None

    async def run(self, request: bytes) -> bytes:
        """The answer of a process. Raises ProcessDied; the next request gets a new process."""
        async with self._process() as process, asyncio.timeout(self.wall_seconds):
            return await _exchange(process, request)

    async def warm(self) -> None:
        """Return once every process is at the ready. Raises ProcessDied."""
        await asyncio.gather(*(self._warm_one() for _ in range(self.size)))

    async def ready(self) -> None:
        """A check for `/readyz`: passes once every process was at the ready, raises NotWarm until then.

        The first to ask makes them start, in the background; the start of the service itself waits for none.
        """
        if self._warming is None:
            self._warming = asyncio.create_task(self.warm())
        if not self._warming.done():
            raise NotWarm(f"{self.module} is starting")
        if error := self._warming.exception():
            self._warming = None
            raise error

    async def close(self) -> None:
        if self._warming:
            self._warming.cancel()
            await asyncio.wait([self._warming])
        await asyncio.gather(*(self._bury(process) for process in list(self.living)))

    async def _warm_one(self) -> None:
        async with self._process():
            pass

    @asynccontextmanager
    async def _process(self) -> AsyncIterator[Process]:
        """One that nobody else uses meanwhile; after whatever goes wrong with it, it is replaced."""
        async with self._room:
            process = self._idle.pop()
            try:
                if process is None or process.returncode is not None:
                    process = await self._replaced(process)
                yield process
            except BaseException as error:
                if process is not None:
                    await self._bury(process)
                if isinstance(error, OSError | EOFError | TimeoutError):
                    raise ProcessDied(f"{self.module}: {error!r}") from None
                raise
            finally:
                self._idle.append(process)

    async def _replaced(self, dead: Process | None) -> Process:
        if dead is not None:
            self.living.discard(dead)
        environment = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "LANG": "C.UTF-8"}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", self.module, stdin=PIPE, stdout=PIPE, env=environment
        )
        self.living.add(process)
        try:
            async with asyncio.timeout(START_SECONDS):
                await _answer(process)
        except BaseException:
            await self._bury(process)
            raise
        return process

    async def _bury(self, process: Process) -> None:
        await _kill(process)
        self.living.discard(process)


async def _exchange(process: Process, request: bytes) -> bytes:
    assert process.stdin  # noqa: S101 (a pipe)
    process.stdin.write(LENGTH.pack(len(request)) + request)
    await process.stdin.drain()
    return await _answer(process)


async def _answer(process: Process) -> bytes:
    assert process.stdout  # noqa: S101 (a pipe)
    (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    return await process.stdout.readexactly(length)


async def _kill(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
