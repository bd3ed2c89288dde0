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
        for children in Path(f"/proc/{each}/task").glob("*/children"):
            waiting.extend(int(child) for child in text_of(children).split())


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

    def collect(self) -> Iterable[Metric]:
        pids = list(family_of(os.getpid()))
        if memory := resident_of(pids):
            yield GaugeMetricFamily("relance_process_memory_bytes", "Of the process and its children", memory)
            used = sum(seconds_of(each) for each in pids)
            yield CounterMetricFamily("relance_process_cpu_seconds", "Of the process and its children", used)
