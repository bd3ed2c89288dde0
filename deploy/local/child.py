"""One program of the stack: started, watched, started again when it crashes, stopped."""

import asyncio
import os
import signal
import time
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

from deploy.local.advice import advise
from deploy.local.launch import BETWEEN_PROBES, ROOT, end_group, tied_to_parent
from deploy.local.logs import Log
from deploy.local.occupancy import require_free
from deploy.local.program import CannotStart, Program
from deploy.local.state import Condition, ProcessState
from deploy.local.terminal import Terminal

READY_WITHIN_S = 180.0
FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 15.0
STEADY_AFTER_S = 30.0
"""A process that ran this long starts again after the first delay, whatever happened before."""


class Child:
    """`changed` is called whenever the state of the process is another one."""

    def __init__(
        self, program: Program, marks: Mapping[str, str], log: Log, terminal: Terminal, changed: Callable[[], None]
    ) -> None:
        self.program = program
        self.marks = marks
        self.log = log
        self.terminal = terminal
        self.changed = changed
        self.patience_s = program.patience_s
        self.condition = Condition.WAITING
        self.since: datetime | None = None
        self.restarts = 0
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def state(self) -> ProcessState:
        return ProcessState(
            name=self.program.name,
            condition=self.condition,
            is_job=self.program.is_job,
            pid=self._running.pid if self._running else None,
            since=self.since,
            restarts=self.restarts,
            address=self.program.address,
            ports=dict(self.program.ports),
        )

    async def start(self) -> None:
        """Return once it is ready, or ended if it is a job; from then on it is kept running. Raises CannotStart."""
        began = time.monotonic()
        await self._launch()
        if not self.program.is_job:
            self._keeper = asyncio.create_task(self._keep())
        took = f"{self.condition} after {time.monotonic() - began:.1f} s"
        self.terminal.of(self.program.name, f"{took}  {self.program.address}".rstrip())

    async def stop(self) -> None:
        """Ask it to stop, end it when it does not, and leave nothing that it started."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        if process := self._running:
            process.send_signal(self.program.stop_signal)
            try:
                await asyncio.wait_for(process.wait(), self.patience_s)
            except TimeoutError:
                self.terminal.of(self.program.name, f"did not stop within {self.patience_s:g} s: killed")
        await self._bury()
        self._become(Condition.STOPPED)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to it and to what it started; when it dies of it, it is started again as after a crash."""
        if process := self._running:
            os.killpg(process.pid, number)

    @property
    def _running(self) -> Process | None:
        return self._process if self._process and self._process.returncode is None else None

    async def _launch(self) -> None:
        require_free(self.program.name, self.program.ports)
        self._become(Condition.STARTING)
        await asyncio.to_thread(self.program.prepare)
        self.log.begin(now=datetime.now(UTC))
        self._process, self._reader = await self._spawn()
        self._become(Condition.STARTING)
        try:
            await asyncio.wait_for(self._ready(self._process), READY_WITHIN_S)
        except TimeoutError:
            await self._bury()
            raise CannotStart(self._explained(f"was not ready within {READY_WITHIN_S:.0f} s")) from None
        self._become(Condition.DONE if self.program.is_job else Condition.READY)

    async def _spawn(self) -> tuple[Process, asyncio.Task[None]]:
        """The process, and the task that reads what it says.

        The pipe is ours and not asyncio's, which would take a process for alive as long as one of its
        own children holds the pipe.
        """
        ours, its = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *tied_to_parent(self.program.command(), self.program.death_signal),
                cwd=ROOT,
                env={**os.environ, **self.program.environment(), **self.marks},
                stdin=DEVNULL,
                stdout=its,
                stderr=STDOUT,
                start_new_session=True,
            )
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(its)
        return process, asyncio.create_task(self._read(ours))

    async def _ready(self, process: Process) -> None:
        if self.program.is_job:
            await process.wait()
        while process.returncode is None:
            if await asyncio.to_thread(self.program.is_ready):
                return await asyncio.to_thread(self.program.complete)
            await asyncio.sleep(BETWEEN_PROBES.total_seconds())
        await self._bury()
        if not self.program.is_job or process.returncode != 0:
            raise CannotStart(self._explained(_ending(process.returncode)))

    async def _keep(self) -> None:
        delay = FIRST_DELAY_S
        while self._process is not None:
            began = time.monotonic()
            await self._process.wait()
            await self._bury()
            delay = FIRST_DELAY_S if time.monotonic() - began > STEADY_AFTER_S else delay
            problem = self._explained(_ending(self._process.returncode))
            delay = await self._start_again(problem, delay)

    async def _start_again(self, problem: str, delay: float) -> float:
        """Try until it is ready, with growing delays; returns the delay before the next try, should it crash."""
        while True:
            self._become(Condition.CRASHED)
            self.terminal.trouble(f"{problem}\n  It is started again in {delay:g} s.")
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY_S)
            self.restarts += 1
            try:
                await self._launch()
            except (CannotStart, OSError) as error:
                problem = str(error)
            else:
                self.terminal.of(self.program.name, "is back")
                return delay

    async def _read(self, descriptor: int) -> None:
        reader = asyncio.StreamReader()
        pipe = os.fdopen(descriptor, "rb", buffering=0)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipe
        )
        try:
            while chunk := await reader.read(65536):
                self.log.take(chunk, now=datetime.now(UTC))
        finally:
            transport.close()

    async def _bury(self) -> None:
        """After its end, or to end it: kill its process group and read what it still said."""
        reader, self._reader = self._reader, None
        if self._process is None or reader is None:
            return  # done before: its id may be another process's by now
        end_group(self._process.pid)
        await self._process.wait()
        with suppress(TimeoutError):  # a process of another group may still hold the pipe
            await asyncio.wait_for(reader, 1)

    def _explained(self, what: str) -> str:
        words = list(self.log.last_lines)
        lines = [f"{self.program.name} {what}. Its last lines:", *(f"    {line}" for line in words)]
        advice = [f"  {known}"] if (known := advise(words)) else []
        return "\n".join([*lines, *advice, f"  Everything it said is in {self.log.path}"])

    def _become(self, condition: Condition) -> None:
        self.condition = condition
        self.since = datetime.now(UTC)
        self.changed()


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}"
