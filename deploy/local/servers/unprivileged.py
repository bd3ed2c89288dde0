"""Run a server that refuses to run as root, when we are root.

The files stay where the clone is, often below /root which no other user may enter. So the server
runs as `nobody` and keeps one capability of root's: to walk through directories and read.
"""

import os
import pwd
import shutil
import signal
from collections.abc import Iterable, Sequence
from pathlib import Path

from deploy.local.program import CannotStart

ACCOUNT = "nobody"

# Bits of linux/capability.h. The first one is enough; containers often have only the second.
READ_SEARCH = ("dac_read_search", 2)
OVERRIDE = ("dac_override", 1)


def server_account() -> pwd.struct_passwd:
    """The account of servers that refuse to run as root. Raises CannotStart."""
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        raise CannotStart(
            f"PostgreSQL refuses to run as root, and the user {ACCOUNT!r} is missing: run as an ordinary user."
        ) from None


def as_server_user(command: Sequence[str], reached: Iterable[Path], death_signal: signal.Signals) -> list[str]:
    """The command, run as the server's account and able to reach these paths.

    It gets `death_signal` when its parent dies: changing the user cancels an earlier wish.
    Raises CannotStart.
    """
    account = server_account()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise CannotStart("setpriv is missing: apt-get install util-linux, or do not run as root.")
    return [
        *(setpriv, f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"),
        *("--pdeathsig", death_signal.name.removeprefix("SIG")),
        *_capability(reached),
        "--",
        *command,
    ]


def _capability(reached: Iterable[Path]) -> list[str]:
    closed = [parent for path in reached for parent in path.parents if not _is_open(parent)]
    if not closed:
        return []
    for name, bit in (READ_SEARCH, OVERRIDE):
        if _bounding_set() >> bit & 1:
            return [
                *(f"--inh-caps=-all,+{name}", f"--ambient-caps=-all,+{name}"),
                f"--bounding-set=-all,+{name}",
                # Without it the kernel forgets the capability when a program asks access(2).
                "--securebits=+no_setuid_fixup",
            ]
    raise CannotStart(
        f"PostgreSQL runs as {ACCOUNT}, who may not enter {closed[0]}: "
        f"chmod o+x {closed[0]}, put the clone elsewhere, or do not run as root."
    )


def _is_open(directory: Path) -> bool:
    return not directory.exists() or bool(directory.stat().st_mode & 0o001)


def _bounding_set() -> int:
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1], 16) for line in status if line.startswith("CapBnd"))


def is_root() -> bool:
    """Whether this process runs as root."""
    return os.geteuid() == 0
