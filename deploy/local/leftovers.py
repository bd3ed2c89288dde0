"""Processes of a stack whose supervisor died: they are known by a mark in their environment.

A process id may since belong to another program; the mark cannot.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

MARK = "RELANCE_STACK"
GRACE_S = 1.0
PATIENCE_S = 10.0


def marked(data_dir: Path) -> dict[str, str]:
    """What a process of the stack in this directory carries in its environment, as do its children."""
    return {MARK: str(data_dir)}


def find(data_dir: Path) -> list[int]:
    """The ids of the processes of the stack in this directory, this process excepted."""
    wanted = f"{MARK}={data_dir}".encode()
    return [
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if int(process.name) != os.getpid() and wanted in _environment(process)
    ]


def end(data_dir: Path) -> int:
    """Kill them; PostgreSQL may first leave in its own way. Returns how many there were."""
    count = len(find(data_dir))
    _signal(find(data_dir), signal.SIGQUIT)
    _wait_until_gone(data_dir, GRACE_S)
    _signal(find(data_dir), signal.SIGKILL)
    _wait_until_gone(data_dir, PATIENCE_S)
    return count


def _environment(process: Path) -> list[bytes]:
    try:
        if (process / "stat").read_text().rpartition(") ")[2].startswith("Z"):
            return []  # ended; its parent has not asked how
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return []  # gone meanwhile, or another user's


def _signal(processes: list[int], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, number)


def _wait_until_gone(data_dir: Path, patience_s: float) -> None:
    deadline = time.monotonic() + patience_s
    while find(data_dir) and time.monotonic() < deadline:
        time.sleep(0.05)
