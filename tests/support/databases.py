"""One migrated database for each service, copied for each test."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count

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
        await asyncio.to_thread(self.server.create_database, copy, template=self.templates[name])
        return self.server.url(copy)
