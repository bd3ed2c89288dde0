"""Starts programs in the order of their needs, and stops them in the reverse order."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deploy.local.child import Child
from deploy.local.logs import Log
from deploy.local.services import Planned
from deploy.local.terminal import Terminal


class Supervisor:
    """Keeps the planned programs running. Their logs go to `log_dir`, one file each."""

    def __init__(
        self,
        planned: Sequence[Planned],
        *,
        log_dir: Path,
        marks: Mapping[str, str],
        terminal: Terminal,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.planned = planned
        self.children = {
            each.program.name: Child(each.program, marks, _log(each.program.name, log_dir, terminal), terminal, changed)
            for each in planned
        }

    async def start(self) -> None:
        """Return once every program is ready. The first one that cannot start raises CannotStart."""
        ready = {name: asyncio.Event() for name in self.children}

        async def start(each: Planned) -> None:
            for name in each.after:
                await ready[name].wait()
            await self.children[each.program.name].start()
            ready[each.program.name].set()

        tasks = [asyncio.create_task(start(each)) for each in self.planned]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def stop(self) -> None:
        """Stop each program once those that need it have stopped; when this returns no process is left."""
        stopped = {name: asyncio.Event() for name in self.children}

        async def stop(each: Planned) -> None:
            for other in self.planned:
                if each.program.name in other.after:
                    await stopped[other.program.name].wait()
            try:
                await self.children[each.program.name].stop()
            finally:
                stopped[each.program.name].set()

        await asyncio.gather(*(stop(each) for each in self.planned))

    def kill_all(self) -> None:
        """End every process at once."""
        for child in self.children.values():
            child.kill()


def _log(name: str, log_dir: Path, terminal: Terminal) -> Log:
    return Log(log_dir / f"{name}.log", lambda line: terminal.of(name, line))
