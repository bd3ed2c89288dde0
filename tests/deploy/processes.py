"""Which processes run, as the kernel says."""

from pathlib import Path


def processes_naming(text: str) -> list[int]:
    """The ids of the running processes whose command line holds this text."""
    return [int(path.name) for path in Path("/proc").glob("[0-9]*") if text in _command_line(path)]


def _command_line(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
