"""The AsyncAPI 3.0 document of the bus: every event, who sends it and which consumer receives it."""

from typing import Any

from contracts.events import EVENTS, Event
from contracts.topology import CONSUMERS, STREAMS, Consumer, Stream

FOREIGN = "PAYMENTS"
"""The stream that other programs publish to; the others carry what Relance publishes."""

INFO = {
    "title": "Relance",
    "version": "1",
    "description": (
        "Quotes, invoices and dunning as events on NATS JetStream, CloudEvents 1.0 in binary mode: attributes in "
        "`ce-*` headers, the JSON body is the data. Structured mode (content-type application/cloudevents+json) is "
        "accepted from outside too. Publish payments to the channels that Relance receives; read what came of them "
        "on `billing.payment.>`. Data is additive within a version: ignore fields that you do not know."
    ),
}


def document() -> dict[str, Any]:
    return {
        "asyncapi": "3.0.0",
        "info": INFO,
        "defaultContentType": "application/json",
        "servers": {"local": {"host": "127.0.0.1:4222", "protocol": "nats", "description": "The local stack"}},
        "channels": {name: _channel(event) for name, event in sorted(EVENTS.items())},
        "operations": _sends() | _receives(),
        "components": {
            "messages": {name: _message(event) for name, event in sorted(EVENTS.items())},
            "schemas": {"traceparent": TRACEPARENT},
        },
    }


def stream_of(event: type[Event]) -> Stream:
    """The stream that keeps an event: the one whose subjects begin with its publisher."""
    publisher = event.type.split(".")[0]
    return next(stream for stream in STREAMS if stream.subjects[0] == f"{publisher}.>")


def _channel(event: type[Event]) -> dict[str, Any]:
    return {
        "address": event.type,
        "summary": _summary(event),
        "messages": {event.__name__: {"$ref": f"#/components/messages/{event.type}"}},
        "x-stream": stream_of(event).name,
    }


def _sends() -> dict[str, Any]:
    ours = [event for _, event in sorted(EVENTS.items()) if stream_of(event).name != FOREIGN]
    return {f"send.{event.type}": _operation("send", event) for event in ours}


def _receives() -> dict[str, Any]:
    return {
        f"receive.{consumer.durable}.{event.type}": _operation("receive", event) | _durable(consumer)
        for consumer in CONSUMERS
        for event in consumer.types
    }


def _durable(consumer: Consumer) -> dict[str, Any]:
    return {"x-durable": consumer.durable}


def _operation(action: str, event: type[Event]) -> dict[str, Any]:
    channel = f"#/channels/{event.type}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{event.__name__}"}],
    }


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": _summary(event),
        "contentType": "application/json",
        "headers": _headers(event),
        "payload": {"$ref": f"./schemas/events/{event.type}.json"},
        "examples": [{"name": event.__name__, "headers": _example_headers(event), "payload": event.example}],
    }


def _summary(event: type[Event]) -> str:
    """The first paragraph of the event's docstring, or that of the class it specialises."""
    text = event.__doc__ or event.__mro__[1].__doc__ or event.__name__
    return " ".join(text.split("\n\n")[0].split())


TRACEPARENT = {
    "type": "string",
    "pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
    "description": "W3C Trace Context: the trace goes on in Relance, down to the e-mail.",
}


def _headers(event: type[Event]) -> dict[str, Any]:
    properties = {
        "ce-specversion": {"const": "1.0"},
        "ce-id": {"type": "string", "minLength": 1, "description": "With ce-source, unique to this event."},
        "ce-source": {"type": "string", "format": "uri-reference", "minLength": 1},
        "ce-type": {"const": event.type, "description": "The same as the subject."},
        "ce-time": {"type": "string", "format": "date-time"},
        "content-type": {"type": "string", "pattern": "^application/json"},
        "Nats-Msg-Id": {"type": "string", "description": "The same as ce-id: JetStream drops a repetition."},
        "traceparent": {"$ref": "#/components/schemas/traceparent"},
    }
    required = ["ce-specversion", "ce-id", "ce-source", "ce-type"]
    return {"type": "object", "properties": properties, "required": required}


def _example_headers(event: type[Event]) -> dict[str, str]:
    publisher = event.type.split(".")[0]
    source = "urn:example:bank-feed" if stream_of(event).name == FOREIGN else f"urn:relance:{publisher}"
    identity = "0197f3c2-0000-7000-8000-00000000ce1d"
    return {
        "ce-specversion": "1.0",
        "ce-id": identity,
        "ce-source": source,
        "ce-type": event.type,
        "ce-time": "2026-02-03T09:30:00Z",
        "content-type": "application/json",
        "Nats-Msg-Id": identity,
    }
