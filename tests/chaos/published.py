"""What was published of payments, and what must become of each event, as the guide for publishers promises."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from contracts.events import Event, PaymentReceived, PaymentReversed

Identity = tuple[str, str]
"""Who is paid, and the id of the payment: another organisation may have one of the same id."""


class Fate(StrEnum):
    """What must become of an event, whatever dies meanwhile and in whichever order events are read."""

    RECORDED = "recorded once, or rejected beside other content of its identity that was read before"
    REVERSED = "undoes its payment"
    UNALLOCATED = "kept for a person to match"
    REJECTED = "rejected"
    DEAD = "a dead letter"


@dataclass(frozen=True)
class Expected:
    """`reason`: how the reason that its publisher, or an admin, can read begins; empty where none is promised."""

    fate: Fate
    reason: str = ""


RECORDED, REVERSED = Expected(Fate.RECORDED), Expected(Fate.REVERSED)


@dataclass(frozen=True)
class Published:
    """An event that the stream acknowledged under a number. `body`: None when it is no JSON object."""

    sequence: int
    subject: str
    body: Mapping[str, Any] | None
    expected: Expected


def identity_of(body: Mapping[str, Any] | None) -> Identity:
    """Which payment the body of an event, or of an answer, speaks of."""
    known = body or {}
    return str(known.get("organisation")), str(known.get("payment_id"))


def named(identity: Identity) -> str:
    organisation, payment_id = identity
    return f"{payment_id} of {organisation}"


def object_of(data: bytes) -> dict[str, Any] | None:
    """The JSON object of a body; None when it is none."""
    try:
        body = json.loads(data)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def carried(data: bytes) -> dict[str, Any] | None:
    """The content of an event in either mode; None when it is no JSON object."""
    return content_of(object_of(data))


def content_of(body: dict[str, Any] | None) -> dict[str, Any] | None:
    """Without the envelope that it has in structured mode."""
    if not is_structured(body):
        return body
    data = (body or {}).get("data")
    return data if isinstance(data, dict) else None


def is_structured(body: Mapping[str, Any] | None) -> bool:
    return body is not None and "specversion" in body


def text_of(body: Mapping[str, Any] | None) -> str:
    """The same for the same content, whatever the order of its fields."""
    return json.dumps(body, sort_keys=True)


def received(body: Mapping[str, Any] | None) -> PaymentReceived | None:
    """The payment that a body tells of; None when it is malformed."""
    try:
        return PaymentReceived.model_validate(body)
    except ValidationError:
        return None


def as_billing_keeps(subject: str, body: Mapping[str, Any] | None) -> str:
    """What a refusal of this event says that came: well-formed content as it was understood, other content as is."""
    kinds: dict[str, type[Event]] = {each.type: each for each in (PaymentReceived, PaymentReversed)}
    try:
        return text_of(kinds[subject].model_validate(body).model_dump(mode="json", exclude_none=True))
    except (KeyError, ValidationError):
        return text_of(body)


class Ledger:
    """The events by their content: two of the same content are one fact, under whichever number they stand."""

    def __init__(self, published: Sequence[Published]) -> None:
        self.expected: dict[tuple[str, str], set[Expected]] = defaultdict(set)
        self.contents: dict[Identity, dict[str, PaymentReceived]] = defaultdict(dict)
        self.rejected: dict[Identity, set[tuple[str, str]]] = defaultdict(set)
        self.reversed: set[Identity] = set()
        for each in published:
            self.expected[each.subject, text_of(each.body)].add(each.expected)
            self._enter(each, identity_of(each.body))

    def _enter(self, event: Published, identity: Identity) -> None:
        """`contents`: what may be recorded under an identity, oldest first. `rejected`: what must be refused, with its
        subject: the same content may be right under another one."""
        kept = as_billing_keeps(event.subject, event.body)
        fate, payment = event.expected.fate, received(event.body)
        if payment is not None and fate in (Fate.RECORDED, Fate.UNALLOCATED):
            self.contents[identity].setdefault(kept, payment)
        if fate is Fate.REJECTED:
            self.rejected[identity].add((event.subject, kept))
        if fate is Fate.REVERSED:
            self.reversed.add(identity)

    @property
    def identities(self) -> set[Identity]:
        return {*self.contents, *self.rejected, *self.reversed}

    def of(self, subject: str, body: Mapping[str, Any] | None) -> set[Expected]:
        """What must become of an event of the stream; empty when nobody published it. One of several is enough."""
        return self.expected.get((subject, text_of(body)), set())
