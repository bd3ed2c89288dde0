"""Publishing from a program that is not a service: it has no outbox, and waits for the stream's receipt."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from nats.aio.client import Client as Nats
from nats.js import JetStreamContext
from nats.js.errors import APIError, NoStreamResponseError
from opentelemetry import propagate

from chassis import bus
from chassis.bus_access import Access
from contracts.base import utc
from contracts.events import Event

Connection: TypeAlias = Nats


class NotStored(Exception):
    """The stream refuses the event, as one that is full does: it may take the same later."""


class NoStream(NotStored):
    """No stream takes the subject: the bus was not provisioned."""


@dataclass(frozen=True)
class Receipt:
    """Where the stream keeps the event. `duplicate`: it had it already and dropped this one."""

    stream: str
    sequence: int
    duplicate: bool


@asynccontextmanager
async def connected(access: Access | str, *, name: str, patience: float = 2) -> AsyncIterator[Connection]:
    """A connection for a short errand; TimeoutError with the cause when the server does not answer in time."""
    connection = await bus.connect(access, name=name, patience=patience)
    try:
        yield connection
    finally:
        await connection.close()


async def publish(js: JetStreamContext, event: Event, *, identity: str, source: str, at: datetime) -> Receipt:
    """CloudEvents 1.0 in binary mode; once it returns the event is stored. The same `identity` again is safe.

    Or NotStored, and what a server causes that is away.
    """
    body = event.model_dump_json(exclude_none=True).encode()
    try:
        ack = await js.publish(event.type, body, headers=headers_of(event, identity, source, at), timeout=5)
    except NoStreamResponseError:
        raise NoStream(f"no stream takes {event.type}; run `python -m chassis.provision` first") from None
    except APIError as error:
        raise NotStored(
            f"the bus does not store {event.type} ({error.description}): publish it again once it has room"
        ) from None
    return Receipt(ack.stream, ack.seq, bool(ack.duplicate))


def headers_of(event: Event, identity: str, source: str, at: datetime) -> dict[str, str]:
    headers = {
        "ce-specversion": "1.0",
        "ce-id": identity,
        "ce-source": source,
        "ce-type": event.type,
        "ce-time": utc(at),
        "content-type": "application/json",
        "Nats-Msg-Id": identity,
    }
    propagate.inject(headers)
    return headers
