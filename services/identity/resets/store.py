"""Queries on links to choose a password."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.resets.models import PasswordReset


async def by_digest(session: AsyncSession, digest: str) -> PasswordReset | None:
    query = select(PasswordReset).where(PasswordReset.digest == digest)
    return (await session.exec(query.execution_options(populate_existing=True))).one_or_none()


async def next_to_send(session: AsyncSession, *, but: Collection[UUID], now: datetime) -> PasswordReset | None:
    """The oldest that is good and whose e-mail has not gone out, `but` for these; held until the transaction ends."""
    query = select(PasswordReset).where(col(PasswordReset.sent_at).is_(None), col(PasswordReset.user_id).is_not(None))
    query = query.where(col(PasswordReset.used_at).is_(None))
    query = query.where(col(PasswordReset.expires_at) > now, col(PasswordReset.id).not_in(but))
    query = query.order_by(col(PasswordReset.asked_at)).limit(1)
    return (await session.exec(query.with_for_update(skip_locked=True))).one_or_none()


async def spend_all(session: AsyncSession, user_id: UUID, *, now: datetime) -> None:
    """Make the links of a user useless. The user is locked: whoever uses a link looks at it again then."""
    query = select(PasswordReset).where(PasswordReset.user_id == user_id, col(PasswordReset.used_at).is_(None))
    for each in await session.exec(query.where(col(PasswordReset.expires_at) > now).with_for_update()):
        each.used_at = now


async def forget_before(session: AsyncSession, moment: datetime) -> None:
    await session.exec(delete(PasswordReset).where(col(PasswordReset.asked_at) < moment))
