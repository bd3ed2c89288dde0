"""Is there room on the disk?"""

import shutil
from pathlib import Path

from deploy.local.program import CannotStart

MEGABYTE = 1_000_000
NEEDED_TO_START = 400 * MEGABYTE
NEEDED_TO_RUN = 100 * MEGABYTE


class DiskIsFull(CannotStart):
    """There is too little room for the stack's data."""


def free_space(directory: Path) -> int:
    """Bytes that may still be written below this directory, which need not exist yet."""
    existing = next(path for path in (directory, *directory.parents) if path.exists())
    return shutil.disk_usage(existing).free


def require_room(directory: Path) -> None:
    """Raise DiskIsFull when a start would soon fail for want of room."""
    free = free_space(directory)
    if free < NEEDED_TO_START:
        raise DiskIsFull(explanation(directory, free, NEEDED_TO_START))


def explanation(directory: Path, free: int, needed: int) -> str:
    """What to do about a full disk."""
    return (
        f"The disk of {directory} is full: {free // MEGABYTE} MB are free, at least {needed // MEGABYTE} MB are "
        "needed. Free some room, empty the stack with `make reset`, or set RELANCE_LOCAL_DIR to a directory elsewhere."
    )
