"""One migrated database for each service, copied for each test."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count

import asyncpg

from deploy.local.servers import PostgresServer

Migrate = Callable[[str], Awaitable[None]]


@dataclass
class Databases:
    server: PostgresServer
    templates: dict[str, str] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=count)

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
        """Of a test that is over, so that its files need not be written to the disk."""
        await self._ask(f"drop database {address.rpartition('/')[2]} with (force)")

    async def _ask(self, statement: str) -> None:
        connection = await asyncpg.connect(self.server.url("postgres", driver="postgresql"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
