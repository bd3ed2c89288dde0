"""What the tables of the chassis keep for a time and no longer."""

from datetime import datetime, timedelta

from chassis import idempotency, inbox
from chassis.database import Sessions


async def clean(sessions: Sessions, *, answers_kept: timedelta, messages_kept: timedelta, now: datetime) -> None:
    """Drop what is older, a batch in each transaction. `now` is real time, as both are stamped with."""
    seen = inbox.BATCH
    while seen == inbox.BATCH:
        async with sessions() as session, session.begin():
            seen = await inbox.forget(session, before=now - messages_kept)
    forgotten = idempotency.BATCH
    while forgotten == idempotency.BATCH:
        async with sessions() as session, session.begin():
            forgotten = await idempotency.forget(session, before=now - answers_kept)
