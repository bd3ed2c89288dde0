"""Queries on signing keys."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.signing.models import SigningKey

LOCK = 7_205_759_405


async def every(session: AsyncSession) -> Sequence[SigningKey]:
    return (await session.exec(select(SigningKey).order_by(col(SigningKey.signs_from)))).all()


async def lock(session: AsyncSession) -> None:
    """One process at a time makes and drops keys."""
    await session.exec(select(func.pg_advisory_xact_lock(LOCK)))
