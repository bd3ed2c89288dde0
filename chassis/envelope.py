"""CloudEvents 1.0 on NATS: attributes in `ce-*` headers (binary mode) or in the body (structured mode)."""

import json
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from nats.aio.msg import Msg

from contracts.base import instant

STRUCTURED = "application/cloudevents+json"
ORIGIN = "ce-origintime"
"""An extension attribute of our own events."""
ORIGIN_AT: ContextVar[datetime | None] = ContextVar("origin_at", default=None)
"""The origin of the event at work, for the facts that follow from it."""


class Unreadable(Exception):
    """The message is not what its subject promises; the text names the field and what is expected."""


@dataclass(frozen=True)
class Envelope:
    """A message without its transport: `data` is the JSON body of the event.

    `origin`: the real instant at which the first event of its chain was published, None when nobody said.
    """

    id: str
    type: str
    data: bytes
    trace: Mapping[str, str] = field(default_factory=dict)
    origin: datetime | None = None


def envelope_of(message: Msg) -> Envelope:
    """Read either mode. A plain JSON body without attributes gets the stream's sequence as its id."""
    headers = {name.lower(): value for name, value in (message.headers or {}).items()}
    trace = {"traceparent": headers["traceparent"]} if "traceparent" in headers else {}
    if headers.get("content-type", "").startswith(STRUCTURED):
        return _structured(message, trace)
    kind = _same_as_subject(headers.get("ce-type", message.subject), message.subject)
    identity = _identity(headers.get("ce-source"), headers.get("ce-id"), message)
    return Envelope(identity, kind, message.data, trace, _origin(headers.get(ORIGIN)))


def _structured(message: Msg, trace: Mapping[str, str]) -> Envelope:
    try:
        event = json.loads(message.data)
    except (ValueError, RecursionError) as error:  # too deep, or a number of too many digits: JSON, but not ours
        raise Unreadable(f"body: not JSON ({error})") from None
    if not isinstance(event, dict) or not isinstance(event.get("data"), dict):
        raise Unreadable("data: a CloudEvent in structured mode with a JSON object as `data` is expected")
    kind = _same_as_subject(str(event.get("type", "")), message.subject)
    identity = _identity(event.get("source"), event.get("id"), message)
    own_trace = {"traceparent": event["traceparent"]} if isinstance(event.get("traceparent"), str) else trace
    return Envelope(identity, kind, json.dumps(event["data"]).encode(), own_trace)


def _origin(said: str | None) -> datetime | None:
    try:
        return instant(said) if said else None
    except ValueError:
        return None  # it is only measured by


def _same_as_subject(kind: str, subject: str) -> str:
    if kind != subject:
        raise Unreadable(f"ce-type: {kind!r} came on the subject {subject!r}; expected the same name")
    return kind


def _identity(source: object, identity: object, message: Msg) -> str:
    """CloudEvents: source and id together identify an event."""
    if not identity:
        return f"{message.metadata.stream}:{message.metadata.sequence.stream}"
    return f"{source or ''}#{identity}"
