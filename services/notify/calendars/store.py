"""Queries on feeds; each takes the organisation, but for that by the secret, which stands for it."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.notify.calendars.models import CalendarFeed
from services.notify.tasks.models import Task, TaskStatus


async def find(session: AsyncSession, organisation: str, owner: str) -> CalendarFeed | None:
    query = select(CalendarFeed).where(CalendarFeed.organisation == organisation, CalendarFeed.owner == owner)
    return (await session.exec(query.with_for_update())).one_or_none()


async def by_digest(session: AsyncSession, digest: str) -> CalendarFeed | None:
    return (await session.exec(select(CalendarFeed).where(CalendarFeed.digest == digest))).one_or_none()


async def page(session: AsyncSession, organisation: str, *, after: str | None, limit: int) -> Sequence[CalendarFeed]:
    """In the order of their owners."""
    query = select(CalendarFeed).where(CalendarFeed.organisation == organisation)
    if after is not None:
        query = query.where(CalendarFeed.owner > after)
    return (await session.exec(query.order_by(col(CalendarFeed.owner)).limit(limit))).all()


async def planned(session: AsyncSession, feed: CalendarFeed, *, until: date, limit: int) -> Sequence[Task]:
    """The open calls that the feed tells, the one due first at the top."""
    query = select(Task).where(Task.organisation == feed.organisation, Task.status == TaskStatus.OPENED)
    if feed.assignee is not None:
        query = query.where(Task.assignee == feed.assignee)
    return (
        await session.exec(query.where(Task.due_on <= until).order_by(col(Task.due_on), col(Task.id)).limit(limit))
    ).all()
