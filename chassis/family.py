"""What this process takes together with its children, which print and render: what a container is charged for.

Linux only; elsewhere nothing is told.
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def family_of(pid: int) -> Iterator[int]:
    """It and its descendants."""
    waiting = deque([pid])
    while waiting:
        each = waiting.popleft()
        yield each
        waiting.extend(children_of(each))


def children_of(pid: int) -> list[int]:
    try:
        of_threads = [text_of(path) for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return []  # it ended as its threads were listed
    return [int(child) for children in of_threads for child in children.split()]


def seconds_of(pid: int) -> float:
    """Of processor time, with that of children that have ended."""
    fields = text_of(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / TICKS if fields else 0.0


def resident_of(pids: Iterable[int]) -> int:
    """Bytes: the memory of each, and the pages of files of that which has most: they are the same for all."""
    own, of_files = 0, [0]
    for pid in pids:
        if sizes := text_of(Path(f"/proc/{pid}/statm")).split():
            own += int(sizes[1]) - int(sizes[2])
            of_files.append(int(sizes[2]))
    return (own + max(of_files)) * PAGE


def text_of(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""  # it ended meanwhile


class FamilyFigures(Collector):
    """Read anew at each scrape, in less than a millisecond."""

    def __init__(self) -> None:
        self._used = 0.0

    def collect(self) -> Iterable[Metric]:
        pids = list(family_of(os.getpid()))
        if memory := resident_of(pids):
            yield GaugeMetricFamily("relance_process_memory_bytes", "Of the process and its children", memory)
            # a child that ends meanwhile is missed once: told as less, it would look like another process
            self._used = max(self._used, sum(seconds_of(each) for each in pids))
            yield CounterMetricFamily("relance_process_cpu_seconds", "Of the process and its children", self._used)
