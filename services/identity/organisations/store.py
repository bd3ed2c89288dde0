"""Queries on organisations."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.organisations.models import Organisation


async def find(session: AsyncSession, key: str, *, lock: bool = False) -> Organisation | None:
    query = select(Organisation).where(Organisation.key == key)
    return (await session.exec(query.with_for_update() if lock else query)).one_or_none()


async def every(session: AsyncSession) -> Sequence[Organisation]:
    """An installation has few of them."""
    return (await session.exec(select(Organisation).order_by(col(Organisation.key)))).all()
