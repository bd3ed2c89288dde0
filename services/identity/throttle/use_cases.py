"""Count attempts before they are made, so that many at once gain nothing."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.secrets import digest
from services.identity.throttle import store
from services.identity.throttle.domain import ALLOWANCES, Count, TooManyAttempts, wait_of, with_one_back, with_one_more
from services.identity.throttle.models import Attempts, Target


async def take(session: AsyncSession, kind: Target, subject: str, *, now: datetime) -> None:
    """Use up one attempt; 429 while it is locked. When it succeeds, `give_back` it or `forgive` them all."""
    row = await store.lock(session, kind, digest(subject), now=now)
    count, allowance = _count(row), ALLOWANCES[kind]
    if wait := wait_of(count, allowance, now=now):
        raise TooManyAttempts(wait, kind, is_told=row.told_until == row.locked_until)
    _keep(row, with_one_more(count, allowance, now=now))


async def give_back(session: AsyncSession, kind: Target, subject: str, *, taken_at: datetime) -> None:
    """That one attempt, and no other: who knows one password must not be able to guess others for it."""
    row = await store.lock(session, kind, digest(subject), now=taken_at)
    _keep(row, with_one_back(_count(row), ALLOWANCES[kind], taken_at=taken_at))


async def forgive(session: AsyncSession, kind: Target, subject: str) -> None:
    await store.forget(session, kind, digest(subject))


async def is_news(session: AsyncSession, kind: Target, subject: str, *, now: datetime) -> bool:
    """Whether the audit has yet to be told of this lock. Of many requests at once, one is answered yes at a time."""
    row = await store.lock(session, kind, digest(subject), now=now)
    return row.told_until != row.locked_until


async def tell(session: AsyncSession, kind: Target, subject: str, *, now: datetime) -> None:
    """The audit is told of this lock, and not again."""
    row = await store.lock(session, kind, digest(subject), now=now)
    row.told_until = row.locked_until


def _count(row: Attempts) -> Count:
    return Count(row.failures, row.last_at, row.locked_until)


def _keep(row: Attempts, count: Count) -> None:
    row.failures, row.last_at, row.locked_until = count.failures, count.last_at, count.locked_until
