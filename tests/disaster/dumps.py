"""A backup of one service's database, as docs/operating.md makes it, and its return."""

import subprocess
from pathlib import Path

from deploy.local.servers import PostgresServer
from deploy.local.servers.postgres import program


def dump(server: PostgresServer, database: str, to: Path) -> None:
    _run("pg_dump", "--format=custom", f"--file={to}", server.url(database, driver="postgresql"))


def restore(server: PostgresServer, database: str, copy: Path) -> None:
    """The database as it was; nobody may use it meanwhile."""
    url = server.url(database, driver="postgresql")
    _run("psql", "--command=drop schema public cascade", "--command=create schema public", url)
    _run(
        "pg_restore", "--clean", "--if-exists", "--exit-on-error", "--single-transaction", f"--dbname={url}", str(copy)
    )


def _run(name: str, *arguments: str) -> None:
    done = subprocess.run([program(name), *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
