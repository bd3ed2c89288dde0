"""Queries on sign-ins that were begun at the provider."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.oidc.models import Authorization


async def take(session: AsyncSession, digest: str) -> Authorization | None:
    """Found and deleted: of two who bring the same state, one gets it."""
    query = select(Authorization).where(Authorization.digest == digest).with_for_update()
    found = (await session.exec(query)).one_or_none()
    if found is not None:
        await session.delete(found)
        await session.flush()
        session.expunge(found)
    return found


async def forget_before(session: AsyncSession, moment: datetime) -> None:
    await session.exec(delete(Authorization).where(col(Authorization.expires_at) < moment))
