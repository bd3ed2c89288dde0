"""One stack at a time in a directory, and who that is."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from deploy.local.program import CannotStart

FILE = "lock"


class AlreadyRunning(CannotStart):
    """Another process runs the stack of this directory."""

    def __init__(self, data_dir: Path, holder: int | None) -> None:
        self.holder = holder
        who = f" (process {holder})" if holder else ""
        super().__init__(
            f"The stack in {data_dir} is already running{who}. `make status` shows it, `make down` stops it."
        )


class Lock:
    """Held while the `with` block runs; the kernel releases it when its holder dies. Raises AlreadyRunning."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.file: BinaryIO | None = None

    def __enter__(self) -> "Lock":
        self.data_dir.mkdir(parents=True, exist_ok=True)
        file = (self.data_dir / FILE).open("a+b")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise AlreadyRunning(self.data_dir, _holder(self.data_dir)) from None
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        self.file = file
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.file is not None:
            self.file.close()


def holder(data_dir: Path) -> int | None:
    """The id of the process that runs the stack of this directory, or None when none does."""
    try:
        with (data_dir / FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return _holder(data_dir)
    return None


def _holder(data_dir: Path) -> int | None:
    text = (data_dir / FILE).read_text()
    return int(text) if text.isdigit() else None
