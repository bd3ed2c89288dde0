"""Queries of reconciliations."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.dunning.reconciliation.models import Reconciliation


async def keep(session: AsyncSession, row: Reconciliation) -> None:
    session.add(row)


async def forget(session: AsyncSession, organisation: str, *, before: datetime) -> None:
    """Drop the runs that began earlier."""
    old = delete(Reconciliation).where(
        col(Reconciliation.organisation) == organisation, col(Reconciliation.started_at) < before
    )
    await session.exec(old)


async def page(
    session: AsyncSession, organisation: str, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Reconciliation]:
    """Newest first."""
    statement = select(Reconciliation).where(col(Reconciliation.organisation) == organisation)
    if before is not None:
        statement = statement.where(tuple_(col(Reconciliation.started_at), col(Reconciliation.id)) < before)
    newest = statement.order_by(col(Reconciliation.started_at).desc(), col(Reconciliation.id).desc())
    return (await session.exec(newest.limit(limit))).all()
