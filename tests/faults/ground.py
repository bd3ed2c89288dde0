"""Where processes meet: databases, a bus, a relay, and the settings with which each of ours is started."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace

from nats.aio.client import Client as Nats
from sqlalchemy import text

from chassis import database
from contracts.topology import CONSUMERS, Consumer
from deploy.local.ports import free_port
from tests.faults.processes import Running, a_process, until
from tests.support.databases import WAITING_FOR_A_LOCK
from tests.support.tokens import Keys

SOON_S = 1.0
"""After so long an unanswered message comes again; in production after fifteen seconds."""


@dataclass
class Ground:
    """`databases` by service. Nothing answers at the address of Temporal and of the relay unless one is set."""

    keys: Keys
    bus: Nats
    nats_url: str
    databases: Mapping[str, str]
    more: dict[str, str] = field(default_factory=dict)

    def environment(self, service: str) -> dict[str, str]:
        nowhere = str(free_port())
        return {
            "RELANCE_AUTH_JWKS": str(self.keys.jwks),
            "RELANCE_SIGNING_KEY": str(self.keys.private),
            "RELANCE_DATABASE_URL": self.databases[service],
            "RELANCE_NATS_URL": self.nats_url,
            "RELANCE_TEMPORAL_ADDRESS": f"127.0.0.1:{nowhere}",
            "RELANCE_SMTP_PORT": nowhere,
            "RELANCE_PORT": str(free_port()),
            "PYTHONPATH": ".",
            **self.more,
        }

    def start(
        self, service: str, role: str, *, at: str | None = None, act: str = "kill"
    ) -> AbstractAsyncContextManager[Running]:
        """The API, the worker or the migration of a service, as production starts them."""
        module = f"services.{service}.main"
        return a_process(module, role, environment=self.environment(service), at=at, act=act)

    async def stored(self, stream: str) -> list[str]:
        """The subjects of what a stream keeps, in its order."""
        js = self.bus.jetstream()
        state = (await js.stream_info(stream)).state
        return [
            (await js.get_msg(stream, seq=number)).subject or ""
            for number in range(state.first_seq, state.last_seq + 1)
            if state.messages
        ]

    async def is_done(self, consumer: Consumer) -> bool:
        """Whether the consumer has answered every message."""
        info = await self.bus.jetstream().consumer_info(consumer.stream, consumer.durable)
        return not info.num_pending and not info.num_ack_pending

    async def done(self, consumer: Consumer) -> None:
        await until(f"{consumer.durable} has answered every message", lambda: self.is_done(consumer))

    async def count(self, service: str, query: str) -> int:
        """The number that a query of one value answers."""
        engine = database.engine(self.databases[service], pool=1)
        try:
            async with engine.connect() as connection:
                return int((await connection.execute(text(query))).scalar_one())
        finally:
            await engine.dispose()

    async def change(self, service: str, statement: str, **values: str) -> None:
        engine = database.engine(self.databases[service], pool=1)
        try:
            async with engine.begin() as connection:
                await connection.execute(text(statement), values)
        finally:
            await engine.dispose()

    async def someone_waits(self, service: str) -> None:
        """Return once a transaction waits for a lock that another one holds."""
        await until("a transaction waits for a lock", lambda: self.count(service, WAITING_FOR_A_LOCK))


async def hasten(bus: Nats) -> None:
    """An unanswered message comes again after `SOON_S`."""
    js = bus.jetstream()
    for consumer in CONSUMERS:
        made = await js.consumer_info(consumer.stream, consumer.durable)  # where it began stays as it is
        await js.add_consumer(consumer.stream, replace(made.config, ack_wait=SOON_S))
