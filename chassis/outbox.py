"""The outbox: a fact is published if, and only if, the transaction that made it commits."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from nats.js import JetStreamContext
from opentelemetry import propagate
from sqlalchemy import BigInteger, Identity, Row, Text, text
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import faults
from chassis.database import Sessions
from chassis.envelope import ORIGIN, ORIGIN_AT
from chassis.problems import DomainError
from contracts.base import utc
from contracts.events import Event
from contracts.topology import MOST_BYTES

log = logging.getLogger(__name__)

CHANNEL = "outbox"
RELAY_LOCK = 7_205_759_403
BATCH = 100
LARGEST = MOST_BYTES - 10_000
"""Bytes of a body: the rest is for the headers."""
BATCH_S = 20.0
"""After so long a batch ends, with what was told of it: PostgreSQL ends a transaction that is idle for 60 s, and of a
batch that does not come to its end everything is told again."""
OLDEST = text("""
    with relay as materialized (select pg_try_advisory_xact_lock(:lock) as is_ours)
    select position, id, subject, body, occurred_at, traceparent, origin_at from outbox
    where (select is_ours from relay) order by position limit :batch for update
""")
"""`for update`: of what was deleted between the statement's beginning and its lock, nothing is read."""
TOLD = text("delete from outbox where position = any(:told)")


class OutboxMessage(SQLModel, table=True):
    """A row lives from its commit to its publication. A statement trigger notifies the channel `outbox`.

    `origin_at`: real time; when the event that this fact follows from was published, None when none did.
    """

    __tablename__ = "outbox"

    position: int | None = Field(
        default=None, sa_type=BigInteger, primary_key=True, sa_column_args=[Identity(always=True)]
    )
    id: UUID = Field(default_factory=uuid4)
    subject: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)
    occurred_at: datetime
    traceparent: str | None = Field(default=None, sa_type=Text)
    origin_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Message:
    """What a row of the outbox holds, before it has a position.

    Making an `OutboxMessage` takes a tenth of a millisecond, nearly all of it to let a session see each assignment.
    """

    id: UUID = field(default_factory=uuid4)
    subject: str
    body: str
    occurred_at: datetime
    traceparent: str | None
    origin_at: datetime | None


class EventTooLarge(DomainError):
    """No stream would take it, and what came after it would wait for it for ever."""

    def __init__(self, kind: str, size: int) -> None:
        super().__init__(
            f"What is to be told of it ({kind}) takes {size} bytes; expected at most {LARGEST}: "
            "fewer lines, or shorter texts."
        )


def record(session: AsyncSession, event: Event, *, at: datetime) -> None:
    """Publish `event` if, and only if, the caller's transaction commits. `at` is business time. Or EventTooLarge."""
    add(session, message_of(event, at=at))


def add(session: AsyncSession, message: Message) -> None:
    """Publish what `message_of` made of an event if, and only if, the caller's transaction commits."""
    session.add(OutboxMessage(**vars(message)))


def message_of(event: Event, *, at: datetime) -> Message:
    """What is told of `event`, for a store that writes it in one statement with what made it. Or EventTooLarge."""
    body = event.model_dump_json()
    if (size := len(body.encode())) > LARGEST:
        raise EventTooLarge(event.type, size)
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return Message(
        subject=event.type,
        body=body,
        occurred_at=at,
        traceparent=carrier.get("traceparent"),
        origin_at=ORIGIN_AT.get(),
    )


async def relay(
    sessions: Sessions, js: JetStreamContext, *, source: str, batch: int = BATCH, within: float = BATCH_S
) -> int:
    """Move one batch to JetStream, oldest first; a crash midway repeats messages, never loses them. How many it found:
    what it could not tell `within` so many real seconds is left to the next one.

    One relay at a time for each database, so that the order of facts is the order of the stream. A publication that
    fails is raised after what was told before it is deleted: told again and again, it would come twice once the stream
    has forgotten its ids.
    """
    async with sessions() as session, session.begin():
        connection = await session.connection()
        oldest = (await connection.execute(OLDEST, {"lock": RELAY_LOCK, "batch": batch})).all()
        told, failure = await _tell(oldest, js, source, within)
        if told:
            await connection.execute(TOLD, {"told": told})
    if failure:
        raise failure
    return len(oldest)


async def _tell(
    messages: Sequence[Row[Any]], js: JetStreamContext, source: str, within: float
) -> tuple[list[int], Exception | None]:
    """The positions of those that the stream took, and why it did not take the next one."""
    ends = time.monotonic() + within
    told: list[int] = []
    for message in messages:
        faults.reached("outbox: committed, not published")
        try:
            await js.publish(message.subject, message.body.encode(), headers=headers(message, source), timeout=5)
        except Exception as error:
            return told, error
        faults.reached("outbox: published, not deleted")
        told.append(message.position)
        if time.monotonic() >= ends:
            break
    return told, None


def headers(message: OutboxMessage | Row[Any], source: str) -> dict[str, str]:
    """CloudEvents 1.0 attributes in binary mode; the id also lets JetStream drop a repetition."""
    attributes = {
        "ce-specversion": "1.0",
        "ce-id": str(message.id),
        "ce-type": message.subject,
        "ce-source": f"urn:relance:{source}",
        "ce-time": utc(message.occurred_at),
        "content-type": "application/json",
        "Nats-Msg-Id": str(message.id),
    }
    if message.traceparent:
        attributes["traceparent"] = message.traceparent
    if message.origin_at:
        attributes[ORIGIN] = utc(message.origin_at)
    return attributes
