"""The output of one process: all of it in a file of bounded size, its last lines at hand, the grave ones shown."""

import json
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

LARGEST = 10_000_000
"""Bytes; one older file of this size is kept beside the current one."""

SHOWN_A_SECOND = 5
GRAVE = ("WARNING", "ERROR", "CRITICAL")


class Log:
    """Where a process's output goes. `show` gets the lines that a person should see."""

    def __init__(self, path: Path, show: Callable[[str], None]) -> None:
        self.path = path
        self.show = show
        self.last_lines: deque[str] = deque(maxlen=15)
        self.is_writable = True
        self._rest = b""
        self._second = 0
        self._shown = 0
        path.parent.mkdir(parents=True, exist_ok=True)

    def begin(self, *, now: datetime) -> None:
        """Note that the process starts."""
        self.last_lines.clear()
        self._append(f"--- started {now:%Y-%m-%d %H:%M:%S} UTC\n".encode())

    def take(self, chunk: bytes, *, now: datetime) -> None:
        """Keep what the process wrote."""
        self._append(chunk)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._notice(line.decode(errors="replace").rstrip(), int(now.timestamp()))
        if len(self._rest) > 100_000:
            self._rest = b""

    def _notice(self, line: str, second: int) -> None:
        record = log_record(line)
        self.last_lines.extend(_readable(record) if record else [line[:500]])
        if record is None or record.get("level") not in GRAVE:
            return
        grave = f"{str(record['level']).lower()}: {record.get('message', '')}"[:300]
        if second != self._second:
            self._second, self._shown = second, 0
        self._shown += 1
        if self._shown <= SHOWN_A_SECOND:
            self.show(grave)
        elif self._shown == SHOWN_A_SECOND + 1:
            self.show(f"... and more, in {self.path}")

    def _append(self, chunk: bytes) -> None:
        try:
            if self.path.exists() and self.path.stat().st_size + len(chunk) > LARGEST:
                self.path.replace(self.path.with_name(f"{self.path.name}.1"))
            with self.path.open("ab") as file:
                file.write(chunk)
            self.is_writable = True
        except OSError as error:
            if self.is_writable:
                self.show(f"its output cannot be kept: {error}")
            self.is_writable = False


def log_record(line: str) -> dict[str, object] | None:
    """The record in a log line of a service, or None for a line of another kind."""
    if not line.startswith("{"):
        return None
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and "level" in record else None


def _readable(record: dict[str, object]) -> list[str]:
    trace = str(record.get("exc_info") or "").splitlines()[-8:]
    return [f"{record['level']} {record.get('message', '')}"[:500], *trace]
