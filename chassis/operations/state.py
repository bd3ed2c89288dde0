"""How a service is, read when someone asks."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import health
from chassis.clock import Now
from chassis.health import Check
from chassis.operations.backlogs import consumer_backlog, dead_letters_of, outbox_backlog
from chassis.operations.line import Line
from chassis.operations.schemas import ConsumerState, OperationsView, OutboxState, Versions
from chassis.schema_versions import last_known
from chassis.version import VERSION
from contracts.topology import Consumer, consumers_of, streams_of

PATIENCE_S = 5.0
SERVER = text("show server_version")
MIGRATION = text("select version_num from alembic_version")

Read = TypeVar("Read")


@dataclass(frozen=True)
class Desk:
    """What an API asks to tell how its service is. `checks`: those of its `/readyz`."""

    service: str
    engine: AsyncEngine
    line: Line
    now: Now
    checks: dict[str, Check]

    async def view(self) -> OperationsView:
        """Never fails: what cannot be read within 5 s is None, and `checks` says why."""
        checks, outbox, consumers, letters, server, migration = await asyncio.gather(
            health.run_checks({**self.checks, "nats": self._ping}),
            _or_none(self._outbox()),
            _or_none(self._consumers()),
            _or_none(self._dead_letters()),
            _or_none(self._scalar(SERVER)),
            _or_none(self._scalar(MIGRATION)),
        )
        versions = Versions(
            relance=VERSION, postgresql=server.split(" ")[0] if server else None, nats=self.line.version,
            migration=migration, migration_expected=last_known(self.service),
        )  # fmt: skip
        return OperationsView(
            service=self.service, checks=checks, versions=versions, outbox=outbox, consumers=consumers,
            dead_letters=letters,
        )  # fmt: skip

    async def _ping(self) -> None:
        await (await self.line.js()).account_info()

    async def _outbox(self) -> OutboxState:
        waiting = await outbox_backlog(self.engine, self.now)
        return OutboxState(rows=waiting.rows, oldest_seconds=waiting.oldest.total_seconds())

    async def _consumers(self) -> list[ConsumerState]:
        return list(await asyncio.gather(*(self._consumer(each) for each in consumers_of(self.service))))

    async def _consumer(self, consumer: Consumer) -> ConsumerState:
        waiting = await consumer_backlog(await self.line.js(), consumer)
        return ConsumerState(
            durable=consumer.durable, stream=consumer.stream, pending=waiting.pending, unanswered=waiting.unanswered,
            oldest_seconds=waiting.oldest.total_seconds(), is_listened_to=bool(waiting.requests or waiting.unanswered),
        )  # fmt: skip

    async def _dead_letters(self) -> int:
        js = await self.line.js()
        return sum([await dead_letters_of(js, stream=stream.name) for stream in streams_of(self.service)])

    async def _scalar(self, asked: TextClause) -> str:
        async with self.engine.connect() as connection:
            return str((await connection.execute(asked)).scalar_one())


async def _or_none(reading: Awaitable[Read]) -> Read | None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await reading
    except Exception:  # whatever it is: the checks tell it, and the rest is told all the same
        return None
