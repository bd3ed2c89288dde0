"""What the streams would not take is refused before it is written: nothing waits behind it."""

from datetime import UTC, datetime

import pytest
from nats.aio.client import Client as Nats
from sqlmodel import select

from chassis import audit, outbox
from chassis.auth import Role
from chassis.caller import with_default_profiles
from chassis.database import Sessions
from chassis.outbox import LARGEST, EventTooLarge, OutboxMessage
from contracts.events import AuditRecorded, QuoteAccepted
from contracts.events.audit import Change

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)


def an_event(size: int) -> QuoteAccepted:
    """One whose body takes so many bytes; its text is of two bytes a character, for the most part."""
    line = QuoteAccepted.example["lines"][0]
    bare = QuoteAccepted.model_validate(QuoteAccepted.example | {"lines": [line | {"description": ""}]})
    more = size - len(bare.model_dump_json().encode())
    described = line | {"description": "я" * (more // 2) + "x" * (more % 2)}
    return QuoteAccepted.model_validate(QuoteAccepted.example | {"lines": [described]})


async def record(sessions: Sessions, event: QuoteAccepted) -> None:
    async with sessions() as session, session.begin():
        outbox.record(session, event, at=NOON)


async def test_the_largest_event_is_published(bus: Nats, sessions: Sessions) -> None:
    await record(sessions, an_event(LARGEST))

    assert await outbox.relay(sessions, bus.jetstream(), source="test") == 1
    assert (await bus.jetstream().stream_info("QUOTES")).state.messages == 1


async def test_a_larger_one_is_refused_and_what_comes_next_is_published(bus: Nats, sessions: Sessions) -> None:
    with pytest.raises(EventTooLarge, match=f"takes {LARGEST + 1} bytes; expected at most {LARGEST}"):
        await record(sessions, an_event(LARGEST + 1))
    await record(sessions, an_event(1_000))

    assert await outbox.relay(sessions, bus.jetstream(), source="test") == 1


async def test_an_audit_entry_lists_as_many_changes_as_fit(sessions: Sessions) -> None:
    caller = with_default_profiles("somebody", "demo", [Role.ADMIN])
    values = {f"column_{number}": "я" * 2_000 for number in range(10)}
    changes = [Change(object=f"templates/{number}", before=None, after=dict(values)) for number in range(120)]

    async with sessions() as session, session.begin():
        audit.record(session, caller, service="notify", action="change_templates", changes=changes, at=NOON)
    async with sessions() as session:
        entry = AuditRecorded.model_validate_json((await session.exec(select(OutboxMessage))).one().body)

    assert 10 < len(entry.changes) < 100
    assert entry.left_out == 120 - len(entry.changes)
