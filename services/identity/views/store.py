"""Queries on saved views."""

from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.views.models import SavedView


async def find(session: AsyncSession, user_id: UUID, view_id: UUID) -> SavedView | None:
    query = select(SavedView).where(SavedView.user_id == user_id, SavedView.id == view_id)
    return (await session.exec(query)).one_or_none()


async def named(session: AsyncSession, user_id: UUID, page: str, name: str) -> SavedView | None:
    query = select(SavedView).where(SavedView.user_id == user_id, SavedView.page == page, SavedView.name == name)
    return (await session.exec(query)).one_or_none()


async def count(session: AsyncSession, user_id: UUID, page: str) -> int:
    query = select(func.count()).select_from(SavedView).where(SavedView.user_id == user_id, SavedView.page == page)
    return (await session.exec(query)).one()


async def of_page(
    session: AsyncSession, user_id: UUID, page: str, *, after: tuple[str] | None, limit: int
) -> list[SavedView]:
    """By name."""
    query = select(SavedView).where(SavedView.user_id == user_id, SavedView.page == page)
    if after:
        query = query.where(col(SavedView.name) > after[0])
    return list((await session.exec(query.order_by(col(SavedView.name)).limit(limit))).all())
