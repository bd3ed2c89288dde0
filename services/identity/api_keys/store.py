"""Queries on API keys."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.api_keys.models import ApiKey


async def by_digest(session: AsyncSession, digest: str) -> ApiKey | None:
    return (await session.exec(select(ApiKey).where(ApiKey.digest == digest))).one_or_none()


async def find(session: AsyncSession, organisation: str, key_id: UUID) -> ApiKey | None:
    query = select(ApiKey).where(ApiKey.organisation == organisation, ApiKey.id == key_id)
    return (await session.exec(query.with_for_update())).one_or_none()


async def page(
    session: AsyncSession, organisation: str, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[ApiKey]:
    """Newest first."""
    query = select(ApiKey).where(ApiKey.organisation == organisation)
    if after:
        query = query.where(tuple_(col(ApiKey.created_at), col(ApiKey.id)) < after)
    query = query.order_by(col(ApiKey.created_at).desc(), col(ApiKey.id).desc()).limit(limit)
    return list((await session.exec(query)).all())
