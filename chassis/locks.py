"""Locks by name, for what has no row yet that could be locked."""

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession


async def lock(session: AsyncSession, name: str, *, seed: int = 0) -> None:
    """Until the end of the transaction nobody else holds this name under this seed in this database."""
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(name, seed))))
