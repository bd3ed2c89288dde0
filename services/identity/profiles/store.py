"""Queries on profiles."""

from collections.abc import Sequence

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.api_keys.models import ApiKey
from services.identity.organisations.models import Organisation
from services.identity.profiles.models import ProfileRow
from services.identity.users.models import User


async def of_organisation(session: AsyncSession, organisation: str) -> Sequence[ProfileRow]:
    query = select(ProfileRow).where(ProfileRow.organisation == organisation).order_by(col(ProfileRow.key))
    return (await session.exec(query)).all()


async def find(session: AsyncSession, organisation: str, key: str) -> ProfileRow | None:
    return await session.get(ProfileRow, (organisation, key), with_for_update=True)


async def holders(session: AsyncSession, organisation: str, key: str) -> int:
    """How many users, keys that are not revoked and rules of sign-in have this profile."""
    users = select(func.count()).select_from(User).where(User.organisation == organisation, User.profile == key)
    keys = (
        select(func.count())
        .select_from(ApiKey)
        .where(ApiKey.organisation == organisation, ApiKey.profile == key, col(ApiKey.revoked_at).is_(None))
    )
    own = await session.get(Organisation, organisation)
    rules = [rule for rule in own.rules if rule.profile == key] if own else []
    return (await session.exec(users)).one() + (await session.exec(keys)).one() + len(rules)
