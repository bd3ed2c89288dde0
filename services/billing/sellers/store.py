"""Queries on the seller."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.billing.sellers.models import SellerIdentity


async def find_seller(session: AsyncSession, organisation: str) -> SellerIdentity | None:
    return await session.get(SellerIdentity, organisation)


async def keep_seller(session: AsyncSession, identity: SellerIdentity) -> None:
    await session.merge(identity)
    await session.flush()
