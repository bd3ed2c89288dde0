"""Queries on sign-ins that were begun at the provider."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.oidc.models import Authorization


async def take(session: AsyncSession, digest: str, *, now: datetime) -> Authorization | None:
    """Found and spent: of two who bring the same state, one gets it."""
    query = select(Authorization).where(Authorization.digest == digest, col(Authorization.spent_at).is_(None))
    found = (await session.exec(query.with_for_update())).one_or_none()
    if found is not None:
        found.spent_at = now
    return found


async def find(session: AsyncSession, digest: str) -> Authorization | None:
    """Spent or not."""
    return await session.get(Authorization, digest)


async def forget(session: AsyncSession, digest: str) -> None:
    await session.exec(delete(Authorization).where(col(Authorization.digest) == digest))


async def forget_before(session: AsyncSession, moment: datetime) -> None:
    await session.exec(delete(Authorization).where(col(Authorization.expires_at) < moment))
