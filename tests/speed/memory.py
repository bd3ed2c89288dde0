"""The most memory that a process takes while something happens. Linux only."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Peak:
    """From `of` on; sizes in MB."""

    pid: int
    at_first: float

    @classmethod
    def of(cls, pid: int) -> "Peak":
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the most of so far is forgotten: proc(5)
        return cls(pid, megabytes(pid, "VmRSS"))

    @property
    def growth(self) -> float:
        return megabytes(self.pid, "VmHWM") - self.at_first


def megabytes(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1000
