"""python -m deploy.local.weight SECONDS: what each process of the running stack takes, children with it.

Memory is what a container is charged for: every private page, and the shared ones once. Processor time is told as the
mean and as the busiest ten seconds, in thousandths of a core. Linux only.
"""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chassis.family import family_of, seconds_of, text_of
from deploy.local.smoke import running

EVERY_S, BUSY_S = 1.0, 10.0
MEGABYTE = 1 << 20


@dataclass
class Weighed:
    """Bytes and seconds, a sample each second."""

    memory: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def mean(self) -> float:
        """Thousandths of a core."""
        return 1000 * (self.seconds[-1] - self.seconds[0]) / max(EVERY_S, EVERY_S * (len(self.seconds) - 1))

    @property
    def busiest(self) -> float:
        span = round(BUSY_S / EVERY_S)
        windows = zip(self.seconds, self.seconds[span:], strict=False)
        return max((1000 * (late - early) / BUSY_S for early, late in windows), default=self.mean)


def main(seconds: float) -> int:
    state = running(os.environ)
    if state is None:
        sys.stderr.write("No local stack runs here; `make up` starts one.\n")
        return 1
    pids = {each.name: each.pid for each in state.processes if each.pid is not None and not each.is_job}
    weighed: Mapping[str, Weighed] = {name: Weighed() for name in pids}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for name, pid in pids.items():
            family = list(family_of(pid))
            weighed[name].memory.append(_memory(family))
            weighed[name].seconds.append(sum(seconds_of(each) for each in family))
        time.sleep(EVERY_S)
    sys.stdout.write("".join(f"{line}\n" for line in _table(weighed)))
    return 0


def _table(weighed: Mapping[str, Weighed]) -> Iterator[str]:
    yield "| Process | Memory at first | At most | Processor | Busiest ten seconds |"
    yield "|---|---|---|---|---|"
    for name, each in weighed.items():
        first, most = each.memory[0] / MEGABYTE, max(each.memory) / MEGABYTE
        yield f"| {name} | {first:.0f} MB | {most:.0f} MB | {each.mean:.0f}m | {each.busiest:.0f}m |"


def _memory(family: list[int]) -> int:
    """Private pages of each, and the shared ones of that which has most: they are the same for all."""
    private, shared = 0, [0]
    for pid in family:
        sizes = dict(line.split(":", 1) for line in text_of(Path(f"/proc/{pid}/smaps_rollup")).splitlines()[1:])
        of = {name: int(size.split()[0]) * 1024 for name, size in sizes.items()}
        private += of.get("Private_Clean", 0) + of.get("Private_Dirty", 0)
        shared.append(of.get("Shared_Clean", 0) + of.get("Shared_Dirty", 0))
    return private + max(shared)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
