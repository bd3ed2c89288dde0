"""What each user of the bus may publish and hear; anything else is refused by the server."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chassis.bus_access import inbox_of
from contracts.topology import STREAMS, Consumer, Stream, consumers_of, streams_of

SERVICES = ("quotes", "billing", "dunning", "notify", "identity")
OURS = (*SERVICES, "console", "provision")
PUBLISHER, OPERATOR = "publisher", "operator"
USERS = (*OURS, PUBLISHER, OPERATOR)
"""`publisher`: your programs that know of payments. `operator`: people with `relance dead-letters`."""

API = "$JS.API"
DEAD_LETTERS = "DEAD_LETTERS"


@dataclass(frozen=True)
class Permissions:
    """Subjects, with `*` and `>`."""

    publish: Sequence[str]
    subscribe: Sequence[str]


def permissions_of(user: str) -> Permissions:
    """LookupError unless it is one of USERS."""
    publish, hear = _rights(user)
    return Permissions(sorted(publish), sorted({f"{inbox_of(user)}.>", *hear}))


def _rights(user: str) -> tuple[Sequence[str], Sequence[str]]:
    """What it publishes, and what it hears beside the answers to its requests."""
    if user in SERVICES:
        return _service(user), ()
    if user == "console":
        return (), _facts()
    if user == "provision":
        return list(_provision()), ()
    if user == PUBLISHER:
        return ["payments.>"], ["billing.payment.>"]
    if user == OPERATOR:
        return list(_operator()), _facts()
    raise LookupError(f"{user!r}: expected one of {', '.join(USERS)}")


def _service(name: str) -> tuple[str, ...]:
    """Its own events, the audit, and its own consumers; of the streams that it answers for, dead letters and size."""
    own = [subject for stream in STREAMS if stream.name in (name.upper(), "AUDIT") for subject in stream.subjects]
    reads = [right for consumer in consumers_of(name) for right in _reading(consumer)]
    answered = [right for stream in streams_of(name) for right in _answering_for(stream)]
    letters = [f"{API}.STREAM.{act}.{DEAD_LETTERS}" for act in ("INFO", "MSG.GET", "MSG.DELETE")]
    return tuple(dict.fromkeys([*own, *reads, *answered, *letters, f"{API}.INFO"]))


def _answering_for(stream: Stream) -> Iterator[str]:
    yield from stream.subjects  # a dead letter is delivered again
    yield f"{API}.STREAM.MSG.GET.{stream.name}"
    yield f"{API}.STREAM.INFO.{stream.name}"  # how full it is


def _reading(consumer: Consumer) -> Iterator[str]:
    at = f"{consumer.stream}.{consumer.durable}"
    yield f"{API}.CONSUMER.INFO.{at}"
    yield f"{API}.CONSUMER.MSG.NEXT.{at}"
    yield f"$JS.ACK.{at}.>"
    yield f"{API}.STREAM.MSG.GET.{consumer.stream}"  # how old the oldest message is that waits


def _provision() -> Iterator[str]:
    for stream in STREAMS:
        yield from (f"{API}.STREAM.{act}.{stream.name}" for act in ("INFO", "CREATE", "UPDATE"))
        yield f"{API}.CONSUMER.INFO.{stream.name}.>"
        yield f"{API}.CONSUMER.CREATE.{stream.name}.>"
        yield f"{API}.CONSUMER.DURABLE.CREATE.{stream.name}.>"


def _operator() -> Iterator[str]:
    yield from _facts()  # a dead letter is delivered again
    for stream in STREAMS:
        yield f"{API}.STREAM.INFO.{stream.name}"
        yield f"{API}.STREAM.MSG.GET.{stream.name}"
        yield f"{API}.CONSUMER.*.{stream.name}.>"
        yield f"{API}.CONSUMER.DURABLE.CREATE.{stream.name}.>"  # a consumer that is rewound is made anew
    yield f"{API}.STREAM.MSG.DELETE.{DEAD_LETTERS}"
    yield f"{API}.INFO"


def _facts() -> list[str]:
    return [subject for stream in STREAMS if _is_ours(stream) for subject in stream.subjects]


def _is_ours(stream: Stream) -> bool:
    return stream.name != DEAD_LETTERS
