"""Locks by name, for what has no row yet that could be locked."""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

LOCK = text("select pg_advisory_xact_lock(hashtextextended(:name, :seed))")


async def lock(session: AsyncSession, name: str, *, seed: int = 0) -> None:
    """Until the end of the transaction nobody else holds this name under this seed in this database."""
    await (await session.connection()).execute(LOCK, {"name": name, "seed": seed})
