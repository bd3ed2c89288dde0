"""What the tables of the chassis keep for a time and no longer."""

from datetime import datetime, timedelta

from chassis import idempotency, inbox
from chassis.database import Sessions

MESSAGES_KEPT = timedelta(days=60)
"""Longer than any stream keeps a message that could come again."""


async def clean(sessions: Sessions, *, answers_kept: timedelta, now: datetime) -> None:
    """Drop what is older, answers a batch in each transaction. `now` is real time, as both are stamped with."""
    async with sessions() as session, session.begin():
        await inbox.forget(session, before=now - MESSAGES_KEPT)
    forgotten = idempotency.BATCH
    while forgotten == idempotency.BATCH:
        async with sessions() as session, session.begin():
            forgotten = await idempotency.forget(session, before=now - answers_kept)
