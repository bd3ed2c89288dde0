"""Make, find, revoke and read calendar feeds."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import DomainError, NotFound
from contracts.events import Event, UserLocked
from services.notify.calendars import store
from services.notify.calendars.models import CalendarFeed
from services.notify.calendars.schemas import FeedInput
from services.notify.tasks.models import Task

LIVES = timedelta(days=366)
AHEAD = timedelta(days=366)
MOST = 1000
"""Calls in one calendar."""


class OwnerIsNoPerson(DomainError):
    """A key would leave its feed behind: nobody is told when it is revoked or its time is over."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} has no e-mail address; a calendar feed is of a person, and ends when they are locked."
        )


async def renew(session: AsyncSession, caller: Caller, given: FeedInput, *, now: datetime) -> tuple[CalendarFeed, str]:
    """The caller's feed under a new secret, which is kept nowhere; the one before opens nothing any more.

    409 for a caller who is no person.
    """
    if caller.email is None:
        raise OwnerIsNoPerson(caller.name)
    secret = secrets.token_urlsafe(32)
    await _drop(session, caller.organisation, caller.subject)
    feed = CalendarFeed(
        organisation=caller.organisation,
        owner=caller.subject,
        owner_name=caller.name or caller.subject,
        assignee=given.assignee,
        language=given.language,
        digest=digest_of(secret),
        created_at=now,
        expires_at=now + LIVES,
    )
    session.add(feed)
    await session.flush()
    return feed, secret


async def get(session: AsyncSession, caller: Caller, *, now: datetime) -> CalendarFeed:
    """404 when the caller has none, or its time is over."""
    feed = await store.find(session, caller.organisation, caller.subject)
    if feed is None or now >= feed.expires_at:
        raise NotFound("calendar feed of", caller.subject)
    return feed


async def revoke(session: AsyncSession, organisation: str, owner: str) -> None:
    """Idempotent."""
    await _drop(session, organisation, owner)


async def revoke_of_locked(event: Event, session: AsyncSession) -> None:
    """Whose session ended for good keeps no other way to the calls."""
    locked = UserLocked.of(event)
    await revoke(session, locked.organisation, str(locked.user_id))


async def read(
    session: AsyncSession, secret: str, *, now: datetime, today: date
) -> tuple[CalendarFeed, Sequence[Task]]:
    """404, always the same, for a secret that opens nothing (any more). `now` is real, `today` of the business.

    A feed of an API key is of an earlier release, which may run beside this one for a while.
    """
    feed = await store.by_digest(session, digest_of(secret))
    if feed is None or now >= feed.expires_at or feed.owner.startswith("key:"):
        raise NotFound("calendar", "at this address")
    return feed, await store.planned(session, feed, until=today + AHEAD, limit=MOST)


def digest_of(secret: str) -> str:
    """Plain SHA-256: a secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def _drop(session: AsyncSession, organisation: str, owner: str) -> None:
    if known := await store.find(session, organisation, owner):
        await session.delete(known)
        await session.flush()
