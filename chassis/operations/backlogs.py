"""What waits: facts in the outbox, messages before a consumer, dead letters of a stream."""

from dataclasses import dataclass
from datetime import timedelta

from nats.js import JetStreamContext
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.bus import processed_until
from chassis.clock import Now, real_now
from chassis.dead_letters import STREAM
from contracts.topology import ADVISORIES, Consumer

OUTBOX = text("select count(*), min(occurred_at) from (select occurred_at from outbox limit 100000) as waiting")
MOST = 100_000
"""More facts than this are not counted."""


@dataclass(frozen=True)
class OutboxBacklog:
    """Facts committed and not yet published, at most 100,000, and the age of the oldest in real time."""

    rows: int
    oldest: timedelta


@dataclass(frozen=True)
class ConsumerBacklog:
    """Messages that wait, those being worked on, the age of the oldest, and requests standing for the next ones.

    No request stands where nobody listens.
    """

    pending: int
    unanswered: int
    oldest: timedelta
    requests: int


async def outbox_backlog(engine: AsyncEngine, now: Now) -> OutboxBacklog:
    async with engine.connect() as connection:
        count, oldest = (await connection.execute(OUTBOX)).one()
    age = now.clock.real_span(now() - oldest) if oldest else timedelta()
    return OutboxBacklog(count, max(age, timedelta()))


async def consumer_backlog(js: JetStreamContext, consumer: Consumer) -> ConsumerBacklog:
    asked_at = real_now()
    info = await js.consumer_info(consumer.stream, consumer.durable, timeout=2)
    until = await processed_until(js, consumer, now=asked_at)
    return ConsumerBacklog(
        pending=info.num_pending or 0,
        unanswered=info.num_ack_pending or 0,
        oldest=max(asked_at - until, timedelta()),
        requests=info.num_waiting or 0,
    )


async def dead_letters_of(js: JetStreamContext, *, stream: str = "*", consumer: str = "*") -> int:
    """How many wait for someone."""
    subject = f"{ADVISORIES}.*.{stream}.{consumer}"
    state = (await js.stream_info(STREAM, subjects_filter=subject)).state
    return sum((state.subjects or {}).values())
