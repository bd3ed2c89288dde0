"""What a running stack tells other programs, in `state.json` of its directory."""

import os
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel

from contracts.clock import Clock

FILE = "state.json"


class Condition(StrEnum):
    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    DONE = "done"
    CRASHED = "crashed"
    STOPPED = "stopped"


class ProcessState(BaseModel):
    """One process. `pid` is None while it does not run; `restarts` counts starts after a crash."""

    name: str
    condition: Condition
    is_job: bool
    pid: int | None
    since: datetime | None
    restarts: int
    address: str
    ports: dict[str, int]


class StackState(BaseModel):
    """`environment` holds the settings that clients of the stack need, as processes of ours get them."""

    pid: int
    started_at: datetime
    data_dir: Path
    clock: Clock
    ports: dict[str, int]
    urls: dict[str, str]
    environment: dict[str, str]
    processes: list[ProcessState]


def read_state(data_dir: Path) -> StackState | None:
    """The state of the stack in this directory as it was last written, or None."""
    try:
        return StackState.model_validate_json((data_dir / FILE).read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def write_state(state: StackState) -> None:
    """Replace the state at once: readers see the old one or the new one. Raises OSError."""
    path = state.data_dir / FILE
    unfinished = path.with_suffix(".unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(state.model_dump_json(indent=2).encode())
    unfinished.replace(path)
