"""The whole product in one directory: `async with Stack(options) as stack`.

When the block is left, or this process dies, no process of the stack is left.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from contracts.clock import Clock
from deploy.local import disk, leftovers
from deploy.local.catalogue import Servers, shared_environment, urls, whole_stack
from deploy.local.guard import Guard
from deploy.local.keys import Keys, ensure_keys
from deploy.local.launch import ROOT
from deploy.local.lock import Lock
from deploy.local.ports import configured_ports
from deploy.local.services import Planned
from deploy.local.state import StackState, write_state
from deploy.local.supervisor import Supervisor
from deploy.local.terminal import Terminal

DISK_CHECKED_EVERY_S = 10.0

Plan = Callable[[Servers, Mapping[str, str], Mapping[str, int]], Sequence[Planned]]


@dataclass(frozen=True)
class StackOptions:
    """`ports` by the names of `deploy.local.ports`; `plan` says which programs run."""

    data_dir: Path
    ports: Mapping[str, int] = field(default_factory=lambda: configured_ports(os.environ))
    clock: Clock = field(default_factory=Clock)
    quiet: bool = False
    plan: Plan = whole_stack


class Stack:
    """A running stack, as the programs that use one see it. Entering raises CannotStart."""

    def __init__(self, options: StackOptions) -> None:
        self.data_dir = options.data_dir.absolute()
        self.clock = options.clock
        self.ports = dict(options.ports)
        self.urls = urls(self.ports)
        self.servers = Servers.of(self.data_dir, self.ports)
        self.keys = Keys.within(self.data_dir / "keys")
        self.shared = shared_environment(self.servers, self.keys, self.clock, self.ports)
        planned = options.plan(self.servers, self.shared, self.ports)
        self.terminal = Terminal([each.program.name for each in planned], quiet=options.quiet)
        self.supervisor = Supervisor(
            planned,
            log_dir=self.data_dir / "logs",
            marks=leftovers.marked(self.data_dir),
            terminal=self.terminal,
            changed=self._write_state,
        )
        self.started_at = datetime.now(UTC)
        self._closing = AsyncExitStack()

    async def __aenter__(self) -> "Stack":
        disk.require_room(self.data_dir)
        async with AsyncExitStack() as closing:
            closing.enter_context(Lock(self.data_dir))
            self.started_at = datetime.now(UTC)
            ended = await asyncio.to_thread(leftovers.end, self.data_dir)
            if ended:
                self.terminal.say(f"Ended {ended} processes that an earlier run left behind.")
            ensure_keys(self.keys)
            await closing.enter_async_context(Guard(self.data_dir))
            closing.push_async_callback(self._stop)
            await self.supervisor.start()
            watch = asyncio.create_task(self._watch_the_disk())
            closing.callback(watch.cancel)
            self._closing = closing.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.terminal.say("Stopping.")
        await self._closing.aclose()

    @property
    def state(self) -> StackState:
        return StackState(
            pid=os.getpid(),
            started_at=self.started_at,
            data_dir=self.data_dir,
            clock=self.clock,
            ports=self.ports,
            urls=self.urls,
            environment=self.shared,
            processes=[child.state for child in self.supervisor.children.values()],
        )

    def environment(self, name: str) -> Mapping[str, str]:
        """The settings that the process of this name gets."""
        return self.supervisor.children[name].program.environment()

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Kill a process, as a crash would; it is started again."""
        self.supervisor.children[name].kill(number)

    async def stop(self, name: str) -> None:
        """Stop a process; it stays stopped until `start`."""
        await self.supervisor.children[name].stop()

    async def start(self, name: str) -> None:
        """Start a stopped process; returns once it is ready. Raises CannotStart."""
        await self.supervisor.children[name].start()

    async def restart(self, name: str) -> None:
        """Stop a process in good order and start it; returns once it is ready. Raises CannotStart."""
        await self.stop(name)
        await self.start(name)

    async def _stop(self) -> None:
        await self.supervisor.stop()
        await asyncio.to_thread(leftovers.end, self.data_dir)

    def _write_state(self) -> None:
        with suppress(OSError):  # a full disk is said by the watch; the stack runs on
            write_state(self.state)

    async def _watch_the_disk(self) -> None:
        was_full = False
        while True:
            await asyncio.sleep(DISK_CHECKED_EVERY_S)
            free = disk.free_space(self.data_dir)
            is_full = free < disk.NEEDED_TO_RUN
            if is_full and not was_full:
                self.terminal.trouble(disk.explanation(self.data_dir, free, disk.NEEDED_TO_RUN))
            if was_full and not is_full:
                self.terminal.say("There is room on the disk again.")
            was_full = is_full


def local_dir(environment: Mapping[str, str]) -> Path:
    """Where the data of local stacks is: RELANCE_LOCAL_DIR, else .local in the clone."""
    return Path(environment.get("RELANCE_LOCAL_DIR") or ROOT / ".local").absolute()


def stacks(directory: Path) -> list[Path]:
    """The directories of the stacks that ran here."""
    return sorted(lock.parent for lock in directory.glob("*/lock"))
