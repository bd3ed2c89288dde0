"""Queries on overdue lists; each takes the organisation, but for that of the worker, who looks after them all."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.locks import lock
from contracts.overdue_list import list_id
from services.dunning.overdue_lists.models import OverdueList


async def serialise(session: AsyncSession, organisation: str, owner: str) -> None:
    """One request of a person at a time."""
    await lock(session, f"overdue list {organisation}/{owner}")


async def find(session: AsyncSession, organisation: str, owner: str) -> OverdueList | None:
    return await session.get(OverdueList, (organisation, owner))


async def page(session: AsyncSession, organisation: str, *, after: str | None, limit: int) -> Sequence[OverdueList]:
    """In the order of their owners."""
    query = select(OverdueList).where(col(OverdueList.organisation) == organisation)
    if after is not None:
        query = query.where(col(OverdueList.owner) > after)
    return (await session.exec(query.order_by(col(OverdueList.owner)).limit(limit))).all()


async def by_id(session: AsyncSession, organisation: str) -> Mapping[UUID, OverdueList]:
    """All of the organisation's: at most one for each of its people."""
    rows = (await session.exec(select(OverdueList).where(col(OverdueList.organisation) == organisation))).all()
    return {list_id(organisation, row.owner): row for row in rows}


async def lock_all(session: AsyncSession, organisation: str) -> Sequence[OverdueList]:
    query = select(OverdueList).where(col(OverdueList.organisation) == organisation).order_by(col(OverdueList.owner))
    return (await session.exec(query.with_for_update())).all()


async def lock_due(session: AsyncSession, *, now: datetime, limit: int) -> Sequence[OverdueList]:
    """Of every organisation, those waiting longest first; what another worker has at hand is left to it."""
    query = select(OverdueList).where(col(OverdueList.next_at) <= now).order_by(col(OverdueList.next_at))
    return (await session.exec(query.limit(limit).with_for_update(skip_locked=True))).all()
