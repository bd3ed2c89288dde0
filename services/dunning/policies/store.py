"""Queries of policies."""

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.dunning.policies.models import DunningPolicy


async def policy_of(session: AsyncSession, organisation: str) -> DunningPolicy | None:
    return await session.get(DunningPolicy, organisation)


async def lock_policy(session: AsyncSession, organisation: str) -> DunningPolicy:
    statement = select(DunningPolicy).where(col(DunningPolicy.organisation) == organisation)
    return (await session.exec(statement.with_for_update(key_share=True))).one()


async def add_unless_there(session: AsyncSession, policy: DunningPolicy) -> None:
    await session.exec(insert(DunningPolicy).values(**dict(policy)).on_conflict_do_nothing())


async def organisations(session: AsyncSession) -> list[str]:
    """Those that dunning has heard of."""
    return list((await session.exec(select(DunningPolicy.organisation).order_by(DunningPolicy.organisation))).all())
