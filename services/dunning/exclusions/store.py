"""Queries of exclusions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import changes
from services.dunning.exclusions.models import Exclusion


async def in_force(
    session: AsyncSession, organisation: str, *, customer_id: UUID, invoice_id: UUID
) -> Exclusion | None:
    """The exclusion that bears on an invoice of a customer, that of the invoice before that of the customer."""
    statement = select(Exclusion).where(
        col(Exclusion.organisation) == organisation,
        col(Exclusion.lifted_at).is_(None),
        or_(col(Exclusion.customer_id) == customer_id, col(Exclusion.invoice_id) == invoice_id),
    )
    return (await session.exec(statement.order_by(col(Exclusion.invoice_id).is_(None)))).first()


async def lock_exclusion(session: AsyncSession, organisation: str, exclusion_id: UUID) -> Exclusion | None:
    """None when it was lifted before."""
    statement = select(Exclusion).where(
        col(Exclusion.organisation) == organisation,
        col(Exclusion.id) == exclusion_id,
        col(Exclusion.lifted_at).is_(None),
    )
    return (await session.exec(statement.with_for_update())).first()


async def page(
    session: AsyncSession, organisation: str, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Exclusion]:
    """Those in force, newest first."""
    statement = select(Exclusion).where(col(Exclusion.organisation) == organisation, col(Exclusion.lifted_at).is_(None))
    if before is not None:
        statement = statement.where(tuple_(col(Exclusion.created_at), col(Exclusion.id)) < before)
    newest = statement.order_by(col(Exclusion.created_at).desc(), col(Exclusion.id).desc())
    return (await session.exec(newest.limit(limit))).all()


async def add_unless_there(session: AsyncSession, exclusion: Exclusion) -> bool:
    """False when the same customer or invoice is excluded already."""
    statement = insert(Exclusion).values(**dict(exclusion)).on_conflict_do_nothing()
    if (await session.exec(statement.returning(col(Exclusion.id)))).first() is None:
        return False
    changes.note(session.sync_session, new=[exclusion])
    return True
