"""Is a port taken, and by whom?"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from deploy.local.ports import NAMED_PORTS, is_free
from deploy.local.program import CannotStart

LISTENING = "0A"
"""A socket's state in /proc/net/tcp, as include/net/tcp_states.h numbers them."""


class PortIsTaken(CannotStart):
    """Another process listens on a port of ours."""

    def __init__(self, wanted_by: str, name: str, port: int) -> None:
        variable = next((named.variable for named in NAMED_PORTS if named.name == name), None)
        elsewhere = f" or set {variable} to another port" if variable else ""
        super().__init__(
            f"Port {port}, which {wanted_by} needs, is in use by {listener(port)}. Stop that process{elsewhere}."
        )


def require_free(wanted_by: str, ports: Mapping[str, int]) -> None:
    """Raise PortIsTaken for the first of these ports that another process listens on."""
    for name, port in ports.items():
        if not is_free(port):
            raise PortIsTaken(wanted_by, name, port)


def listener(port: int) -> str:
    """The process that listens on a port, for a message to a person."""
    sockets = {f"socket:[{inode}]" for inode in _listening_sockets(port)}
    for process in Path("/proc").glob("[0-9]*"):
        if sockets & set(_open_files(process)):
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            return f"process {process.name} ({command[:80]})"
    return "another process"


def _listening_sockets(port: int) -> Iterator[str]:
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            fields = line.split()
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                yield fields[9]


def _open_files(process: Path) -> Iterator[str]:
    try:
        for descriptor in (process / "fd").iterdir():
            yield str(descriptor.readlink())
    except OSError:
        return  # it ended meanwhile, or it is another user's
