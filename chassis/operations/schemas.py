"""What an API tells of its service, for those who look after the installation."""

from datetime import datetime

from pydantic import BaseModel


class OutboxState(BaseModel):
    rows: int
    oldest_seconds: float


class ConsumerState(BaseModel):
    durable: str
    stream: str
    pending: int
    unanswered: int
    oldest_seconds: float
    is_listened_to: bool
    """Whether a worker asks for its messages at this moment, or works on some."""


class Versions(BaseModel):
    """None where it could not be asked."""

    relance: str
    postgresql: str | None
    nats: str | None
    migration: str | None
    """The last migration that the database has had."""
    migration_expected: str
    """The last one that this release knows."""


class OperationsView(BaseModel):
    """`checks`: `ok`, or what is wrong. What hangs on something out of reach is None."""

    service: str
    checks: dict[str, str]
    versions: Versions
    outbox: OutboxState | None
    consumers: list[ConsumerState] | None
    dead_letters: int | None


class DeadLetterView(BaseModel):
    """`type` and `body` of the message itself, None once its stream has let it go.

    `body` is None too where the message does not say whose it is: it may be another organisation's.
    """

    id: int
    at: datetime | None
    stream: str
    sequence: int
    consumer: str
    deliveries: int
    reason: str
    type: str | None
    body: str | None
