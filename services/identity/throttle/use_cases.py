"""Count attempts before they are made, so that many at once gain nothing."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.secrets import digest
from services.identity.throttle import store
from services.identity.throttle.domain import ALLOWANCES, FORGOTTEN_AFTER, TooManyAttempts, wait_of
from services.identity.throttle.models import Target


async def take(session: AsyncSession, kind: Target, subject: str, *, now: datetime) -> None:
    """Use up one attempt; 429 while it is locked. Give it back by `forgive` when it succeeds."""
    row = await store.lock(session, kind, digest(subject), now=now)
    if wait := wait_of(row.locked_until, now=now):
        raise TooManyAttempts(wait)
    row.failures = 1 if now - row.last_at > FORGOTTEN_AFTER else row.failures + 1
    row.last_at = now
    row.locked_until = now + ALLOWANCES[kind].delay(row.failures)


async def forgive(session: AsyncSession, kind: Target, subject: str) -> None:
    await store.forget(session, kind, digest(subject))
