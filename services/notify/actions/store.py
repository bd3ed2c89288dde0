"""The lock of an action's key."""

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession


async def lock_key(session: AsyncSession, organisation: str, key: str) -> None:
    """Until the end of the transaction nobody else acts under this key."""
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"action {organisation} {key}", 0))))
