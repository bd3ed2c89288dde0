"""One migrated database for each service, copied for each test."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from deploy.local.servers import PostgresServer
from tests.support.aside import Aside

Migrate = Callable[[str], Awaitable[None]]
MEMORY = Path("/dev/shm")
ROOM = 2_000_000_000
"""Bytes: many times what the databases of the tests that run at one time take."""

WAITING_FOR_A_LOCK = (
    "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
)
"""How many transactions wait for a lock that another one holds."""


@contextmanager
def quick_directory(elsewhere: pytest.TempPathFactory) -> Iterator[Path]:
    """In memory where there is room: a database is a thousand files, and file systems are slow to make those anew."""
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        yield elsewhere.mktemp("postgres")
        return
    directory = Path(tempfile.mkdtemp(prefix="relance-tests-", dir=MEMORY))
    directory.chmod(0o755)  # PostgreSQL runs as another user than root
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@dataclass
class Databases:
    """One connection makes and drops them all: a test would take as long to connect as the server to copy."""

    server: PostgresServer
    there: Aside
    templates: dict[str, str] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=count)
    _connection: asyncpg.Connection | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def fresh(self, name: str, migrate: Migrate) -> str:
        """The address of an empty database with the tables of `migrate`, which runs once for each name."""
        if name not in self.templates:
            template = f"template_{name}"
            await asyncio.to_thread(self.server.create_database, template)
            await migrate(self.server.url(template))
            self.templates[name] = template
        copy = f"{name}_{next(self.numbers)}"
        # copied file by file: through the log, as is usual, it takes the server three times the work
        await self._ask(f"create database {copy} template {self.templates[name]} strategy file_copy")
        return self.server.url(copy)

    async def drop(self, address: str) -> None:
        """Of a test that is over: its files take room."""
        await self._ask(f"drop database {address.rpartition('/')[2]} with (force)")

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def _ask(self, statement: str) -> None:
        await self.there.do(self._asked(statement))

    async def _asked(self, statement: str) -> None:
        async with self._turn:
            if self._connection is None:
                self._connection = await asyncpg.connect(self.server.url("postgres", driver="postgresql"))
            await self._connection.execute(statement)
