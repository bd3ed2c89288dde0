"""The audit: what a person changed is told in the transaction that changes it, or not at all."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from chassis.caller import Caller
from contracts.events import AuditRecorded
from contracts.events.audit import Change, Outcome
from contracts.profiles import Role

MOST = 100
"""Changes that one entry lists."""
MOST_BYTES = 800_000
"""Of the changes that one entry lists: an event has its limit."""


def record(
    session: AsyncSession,
    caller: Caller,
    *,
    service: str,
    action: str,
    changes: Sequence[Change] = (),
    object: str | None = None,
    outcome: Outcome = Outcome.DONE,
    reason: str | None = None,
    at: datetime,
) -> None:
    """Tell what `caller` did or was refused, if the transaction commits. `at` is real time."""
    listed = _that_fit(changes)
    entry = AuditRecorded(
        organisation=caller.organisation,
        entry_id=uuid4(),
        at=at,
        service=service,
        actor=caller.subject,
        actor_name=caller.name,
        profile=caller.profile,
        address=caller.address,
        session=caller.session,
        action=f"{service}.{action}",
        object=object or (changes[0].object if changes else None),
        outcome=outcome,
        reason=reason,
        changes=listed,
        left_out=len(changes) - len(listed),
    )
    outbox.record(session, entry, at=at)


def _that_fit(changes: Sequence[Change]) -> list[Change]:
    """The first ones: a change is never refused because much is to be told of it."""
    listed: list[Change] = []
    left = MOST_BYTES
    for change in changes[:MOST]:
        left -= len(change.model_dump_json().encode())
        if left < 0:
            break
        listed.append(change)
    return listed


def is_told(caller: Caller) -> bool:
    """Whether what this caller does is told: all but the services among themselves, whose facts are events."""
    return caller.profile != Role.SERVICE or caller.session is not None
