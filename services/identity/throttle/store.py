"""Queries on attempts."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.throttle.models import Attempts, Target


async def lock(session: AsyncSession, kind: Target, subject: str, *, now: datetime) -> Attempts:
    """The row, made if absent, held until the transaction ends: attempts at once come one after the other."""
    new = insert(Attempts).values(kind=kind, subject=subject, failures=0, last_at=now, locked_until=now)
    await session.exec(new.on_conflict_do_nothing())
    query = select(Attempts).where(Attempts.kind == kind, Attempts.subject == subject).with_for_update()
    return (await session.exec(query)).one()


async def forget(session: AsyncSession, kind: Target, subject: str) -> None:
    await session.exec(delete(Attempts).where(col(Attempts.kind) == kind, col(Attempts.subject) == subject))


async def forget_before(session: AsyncSession, moment: datetime) -> None:
    await session.exec(delete(Attempts).where(col(Attempts.last_at) < moment, col(Attempts.locked_until) < moment))
