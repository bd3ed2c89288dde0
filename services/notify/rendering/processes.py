"""A few processes that work for a service, replaced when they die. Each runs `child.serve`."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process

from services.notify.rendering.child import LENGTH

WALL_SECONDS = 20.0


class ProcessDied(Exception):
    """The process was killed at its limit of time or memory, or did not answer in time."""


class Processes:
    """At most `size` processes of a module, started when they are needed. They see nothing of the environment."""

    def __init__(self, module: str, *, size: int = 2, wall_seconds: float = WALL_SECONDS) -> None:
        self.module, self.wall_seconds = module, wall_seconds
        self.idle: list[Process] = []
        self.room = asyncio.Semaphore(size)

    async def run(self, request: bytes) -> bytes:
        """The answer of a process. Raises ProcessDied; the next request gets a new process."""
        async with self.room:
            process = self._living() or await self._started()
            try:
                async with asyncio.timeout(self.wall_seconds):
                    answer = await _exchange(process, request)
            except (OSError, EOFError, TimeoutError) as error:
                await _kill(process)
                raise ProcessDied(f"{self.module}: {error!r}") from None
            except BaseException:
                await _kill(process)
                raise
            self.idle.append(process)
            return answer

    async def warm(self) -> None:
        """Start one process ahead of the first request."""
        async with self.room:
            if not self.idle:
                self.idle.append(await self._started())

    async def close(self) -> None:
        while self.idle:
            await _end(self.idle.pop())

    def _living(self) -> Process | None:
        while self.idle:
            process = self.idle.pop()
            if process.returncode is None:
                return process
        return None

    async def _started(self) -> Process:
        environment = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "LANG": "C.UTF-8"}
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", self.module, stdin=PIPE, stdout=PIPE, env=environment
        )


async def _exchange(process: Process, request: bytes) -> bytes:
    assert process.stdin  # noqa: S101 (a pipe)
    assert process.stdout  # noqa: S101 (a pipe)
    process.stdin.write(LENGTH.pack(len(request)) + request)
    await process.stdin.drain()
    (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    return await process.stdout.readexactly(length)


async def _end(process: Process) -> None:
    """Close the input of an idle process, which ends it; kill it should it not."""
    assert process.stdin  # noqa: S101 (a pipe)
    process.stdin.close()
    try:
        async with asyncio.timeout(2):
            await process.wait()
    except TimeoutError:
        await _kill(process)


async def _kill(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
