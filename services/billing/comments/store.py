"""Queries on comments; each takes the organisation."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists
from sqlalchemy.orm import aliased
from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.billing.comments.models import Comment


async def find(session: AsyncSession, organisation: str, customer_id: UUID, comment_id: UUID) -> Comment | None:
    query = select(Comment).where(Comment.organisation == organisation, Comment.customer_id == customer_id)
    return (await session.exec(query.where(Comment.id == comment_id))).one_or_none()


async def page(
    session: AsyncSession, organisation: str, customer_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[tuple[Comment, bool]]:
    """Newest first, each with whether a later one corrects it."""
    later = aliased(Comment)
    is_corrected = exists().where(col(later.corrects) == col(Comment.id))
    query = select(Comment, is_corrected).where(
        Comment.organisation == organisation, Comment.customer_id == customer_id
    )
    if after:
        query = query.where(tuple_(col(Comment.written_at), col(Comment.id)) < after)
    query = query.order_by(col(Comment.written_at).desc(), col(Comment.id).desc()).limit(limit)
    return [(comment, bool(corrected)) for comment, corrected in (await session.exec(query)).all()]
