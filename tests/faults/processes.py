"""Real processes, armed at one fault point or at none; none outlives its test."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx2

from deploy.local.launch import tied_to_parent

PATIENCE_S = 80.0
Found = TypeVar("Found")


@dataclass(frozen=True)
class Running:
    """`url` is where the process answers, once it does."""

    process: Process
    url: str

    async def stopped(self) -> None:
        """Return once it stands still at its point."""
        await until("the process stands still", self._is_stopped)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    async def killed(self) -> None:
        """Return once it died at its point."""
        async with asyncio.timeout(PATIENCE_S):
            assert await self.process.wait() == -signal.SIGKILL

    async def kill(self) -> None:
        self.process.kill()
        await self.killed()

    async def end(self) -> None:
        """Return once it finished what it had at hand and ended."""
        self.process.terminate()
        async with asyncio.timeout(PATIENCE_S):
            assert await self.process.wait() == 0

    async def ready(self) -> None:
        """Return once it answers that it can serve.

        By one client: making one takes longer than the pause between two questions, and as much of a processor.
        """
        async with httpx2.AsyncClient() as client:
            await until(f"{self.url} is ready", lambda: self._is_ready(client))

    async def _is_stopped(self) -> bool:
        assert self.process.returncode is None, f"it ended with {self.process.returncode}"
        state = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state == "T"

    async def _is_ready(self, client: httpx2.AsyncClient) -> bool:
        assert self.process.returncode is None, f"it ended with {self.process.returncode}"
        try:
            return (await client.get(f"{self.url}/readyz")).is_success
        except httpx2.TransportError:
            return False


@asynccontextmanager
async def a_process(
    module: str, *arguments: str, environment: Mapping[str, str], at: str | None = None, act: str = "kill"
) -> AsyncIterator[Running]:
    """`python -m MODULE ARGUMENTS...`; with `at`, it does `act` (kill or stop) at that point."""
    armed = ["tests.faults.armed", at, act, module] if at else [module]
    command = tied_to_parent([sys.executable, "-m", *armed, *arguments], signal.SIGKILL)
    process = await asyncio.create_subprocess_exec(*command, env={"PATH": os.environ["PATH"], **environment})
    try:
        yield Running(process, f"http://127.0.0.1:{environment.get('RELANCE_PORT', '0')}")
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until(what: str, look: Callable[[], Awaitable[Found]]) -> Found:
    """What `look` finds, once it finds something."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not (found := await look()):
                await asyncio.sleep(0.02)
            return found
    except TimeoutError:
        raise AssertionError(f"not within {PATIENCE_S:.0f} s: {what}") from None
