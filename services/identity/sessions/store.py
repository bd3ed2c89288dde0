"""Queries on sessions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.sessions.models import UserSession


async def by_digest(session: AsyncSession, digest: str) -> UserSession | None:
    return (await session.exec(select(UserSession).where(UserSession.digest == digest))).one_or_none()


async def open_of(
    session: AsyncSession, user_id: UUID, *, now: datetime, used_since: datetime
) -> Sequence[UserSession]:
    """Most recently used first."""
    query = select(UserSession).where(UserSession.user_id == user_id, col(UserSession.ended_at).is_(None))
    query = query.where(col(UserSession.expires_at) > now, col(UserSession.last_used_at) > used_since)
    return (await session.exec(query.order_by(col(UserSession.last_used_at).desc()))).all()


async def find(session: AsyncSession, user_id: UUID, session_id: UUID) -> UserSession | None:
    query = select(UserSession).where(UserSession.user_id == user_id, UserSession.id == session_id)
    return (await session.exec(query.with_for_update())).one_or_none()


async def end_all(session: AsyncSession, user_id: UUID, *, now: datetime, but: UUID | None = None) -> None:
    """`but`: the session that stays."""
    statement = update(UserSession).where(col(UserSession.user_id) == user_id, col(UserSession.ended_at).is_(None))
    if but is not None:
        statement = statement.where(col(UserSession.id) != but)
    await session.exec(statement.values(ended_at=now))


async def forget_before(session: AsyncSession, moment: datetime) -> None:
    """Drop sessions that ended or expired before this moment."""
    ended = (col(UserSession.ended_at) < moment) | (col(UserSession.expires_at) < moment)
    await session.exec(delete(UserSession).where(ended))
