"""What every worker tells of itself: its outbox, its consumers, its dead letters, its database, its streams."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nats.js import JetStreamContext
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.clock import Now
from chassis.figures import Figure, Labels, Measure
from chassis.operations.backlogs import consumer_backlog, dead_letters_of, outbox_backlog
from contracts.topology import Consumer, Stream

SIZE = text("select pg_database_size(current_database())")


@dataclass(frozen=True)
class WorkerFigures:
    """`streams`: those that the service answers for. `limit`: the bytes that the database may take, if ops say so."""

    engine: AsyncEngine
    js: JetStreamContext
    consumers: Sequence[Consumer]
    streams: Sequence[Stream]
    now: Now
    limit: int | None

    def measures(self) -> Mapping[str, Measure]:
        return {
            "outbox": self.outbox,
            "database": self.database,
            "consumers": self.of_consumers,
            "streams": self.of_streams,
            "dead letters": self.dead_letters,
        }

    async def outbox(self) -> Sequence[Figure]:
        waiting = await outbox_backlog(self.engine, self.now)
        oldest = waiting.oldest.total_seconds()
        return [
            Figure(
                "relance_outbox_rows", "Facts committed and not yet published (100,000 means more)", {(): waiting.rows}
            ),
            Figure("relance_outbox_oldest_seconds", "Age of the oldest of them", {(): oldest}),
        ]

    async def database(self) -> Sequence[Figure]:
        async with self.engine.connect() as connection:
            size = (await connection.execute(SIZE)).scalar_one()
        figures = [Figure("relance_database_bytes", "Size of the service's database", {(): size})]
        if self.limit:
            limit = Figure(
                "relance_database_limit_bytes", "What it may take (RELANCE_DATABASE_LIMIT)", {(): self.limit}
            )
            figures.append(limit)
        return figures

    async def of_consumers(self) -> Sequence[Figure]:
        pending: dict[Labels, float] = {}
        at_work: dict[Labels, float] = {}
        oldest: dict[Labels, float] = {}
        for consumer in self.consumers:
            waiting = await consumer_backlog(self.js, consumer)
            label = (consumer.durable,)
            pending[label], at_work[label] = waiting.pending, waiting.unanswered
            oldest[label] = waiting.oldest.total_seconds()
        names = ("consumer",)
        return [
            Figure("relance_consumer_pending", "Messages that wait to be delivered", pending, names),
            Figure("relance_consumer_unanswered", "Messages delivered and not yet answered", at_work, names),
            Figure("relance_consumer_oldest_seconds", "Age of the oldest message not worked in", oldest, names),
        ]

    async def of_streams(self) -> Sequence[Figure]:
        size: dict[Labels, float] = {}
        limit: dict[Labels, float] = {}
        for stream in self.streams:
            info = await self.js.stream_info(stream.name)
            size[(stream.name,)] = info.state.bytes
            if info.config.max_bytes and info.config.max_bytes > 0:  # the server says -1 for none
                limit[(stream.name,)] = info.config.max_bytes
        names = ("stream",)
        return [
            Figure("relance_stream_bytes", "Size of a stream that this service answers for", size, names),
            Figure("relance_stream_limit_bytes", "What it may take (RELANCE_STREAM_BYTES)", limit, names),
        ]

    async def dead_letters(self) -> Sequence[Figure]:
        counts: dict[Labels, float] = {}
        for consumer in self.consumers:
            counts[(consumer.durable,)] = await dead_letters_of(
                self.js, stream=consumer.stream, consumer=consumer.durable
            )
        return [Figure("relance_dead_letters", "Messages that no one could work with", counts, ("consumer",))]
