"""Who did what, from what to what: every service tells it, identity keeps it and finds it again."""

from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field, JsonValue

from contracts.base import Contract, Instant
from contracts.events.base import Event

Values = dict[str, JsonValue]

ERASED = "erased_customer"
"""The act of a service that erased what it held on a customer; its changes name the rows, without values."""


class Outcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"


class Change(Contract):
    """Of one thing. `before` is absent when it was made, `after` when it is gone; else only what differs."""

    object: str
    before: Values | None
    after: Values | None


class AuditRecorded(Event):
    """`at` is real time; `actor` the user's or key's id; `address` where the request came from."""

    type: ClassVar[str] = "audit.entry.recorded.v1"
    example: ClassVar[dict[str, Any]] = {
        "organisation": "demo",
        "entry_id": "0197f3c2-0000-7000-8000-0000000000aa",
        "at": "2026-03-16T08:00:00Z",
        "service": "billing",
        "actor": "0197f3c2-0000-7000-8000-0000000000bb",
        "actor_name": "Anne Brun",
        "profile": "accountant",
        "address": "192.0.2.7",
        "session": "0197f3c2-0000-7000-8000-0000000000cc",
        "action": "billing.change_customer",
        "object": "customers/0197f3c2-0000-7000-8000-0000000000dd",
        "outcome": "done",
        "reason": None,
        "changes": [
            {
                "object": "customers/0197f3c2-0000-7000-8000-0000000000dd",
                "before": {"phone": None},
                "after": {"phone": "+33 5 53 00 00 00"},
            }
        ],
        "left_out": 0,
    }

    entry_id: UUID
    at: Instant
    service: str
    actor: str
    actor_name: str
    profile: str
    address: str | None
    session: str | None
    action: str
    object: str | None = Field(description="The first thing that changed, or the address that was asked for.")
    outcome: Outcome
    reason: str | None
    changes: list[Change]
    left_out: int = Field(description="Changes of the same act beyond those that are listed.")
