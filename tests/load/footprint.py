"""What the stack takes of the machine: memory, processor and disk, by process and by store."""

import asyncio
import os
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from nats.js import JetStreamContext

from contracts.topology import STREAMS
from deploy.local.catalogue import SERVICES
from deploy.local.stack import Stack

LOOKS_EVERY_S = 5.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Reading:
    """Of each process with those that it started: `memory` in MB (its own, and its part of what is shared),
    `spent` in seconds of a processor. `busy`: seconds that all processors were at work for anyone."""

    memory: Mapping[str, float]
    spent: Mapping[str, float]
    busy: float


@dataclass
class Meter:
    """Reads every five seconds between `start` and `stop`, and keeps the highest memory of each process."""

    stack: Stack
    peak: dict[str, float] = field(default_factory=dict)
    _watch: asyncio.Task[None] | None = None

    async def read(self) -> Reading:
        return await asyncio.to_thread(self._read)

    def start(self) -> None:
        self._watch = asyncio.create_task(self._look())

    async def stop(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            for name, memory in (await self.read()).memory.items():
                self.peak[name] = max(memory, self.peak.get(name, 0.0))
            await asyncio.sleep(LOOKS_EVERY_S)

    def _read(self) -> Reading:
        memory, spent = {"load": _memory(os.getpid())}, {"load": _spent(os.getpid())}
        families = _families()
        for name, child in self.stack.supervisor.children.items():
            pids = _with_descendants(child.state.pid, families)
            if pids:
                memory[name], spent[name] = sum(map(_memory, pids)), sum(map(_spent, pids))
        return Reading(memory, spent, _busy())


async def disk(stack: Stack, js: JetStreamContext) -> dict[str, int]:
    """Bytes: of each database, of each stream, of Temporal's file with its log."""
    sizes = "SELECT datname, pg_database_size(datname) FROM pg_database"
    said = await asyncio.to_thread(stack.servers.postgres.execute, sizes)
    databases = dict(line.split("|") for line in said.splitlines())
    found = {f"postgresql {name}": int(databases[name]) for name in SERVICES}
    for stream in STREAMS:
        found[f"nats {stream.name}"] = (await js.stream_info(stream.name)).state.bytes
    found["temporal"] = sum(path.stat().st_size for path in stack.servers.temporal.data_dir.glob("temporal.db*"))
    return found


def _families() -> dict[int, list[int]]:
    """The processes that each process started."""
    found: dict[int, list[int]] = defaultdict(list)
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            found[int(_after_name(path)[1])].append(int(path.parent.name))
    return found


def _with_descendants(pid: int | None, families: Mapping[int, list[int]]) -> list[int]:
    found = [pid] if pid else []
    for parent in found:  # grows while it is read
        found += families.get(parent, [])
    return found


def _memory(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it ended meanwhile
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000


def _spent(pid: int) -> float:
    try:
        ticks = _after_name(Path(f"/proc/{pid}/stat"))[11:13]
    except OSError:
        return 0.0
    return sum(map(int, ticks)) / TICKS


def _after_name(stat: Path) -> list[str]:
    """The fields of a process from its state on; the name before it may hold spaces."""
    return stat.read_text().rpartition(")")[2].split()


def _busy() -> float:
    """Of user, nice, system, irq and softirq: the first line of /proc/stat, in its order."""
    ticks = list(map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]))
    return sum(ticks[number] for number in (0, 1, 2, 5, 6)) / TICKS
