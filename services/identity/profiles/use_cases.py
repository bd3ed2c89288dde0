"""Read, write and drop profiles."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller, Role
from chassis.problems import NotFound
from contracts.profiles import DEFAULT_PROFILES, Profile
from services.identity.profiles import domain, store
from services.identity.profiles.models import ProfileRow
from services.identity.profiles.schemas import ProfileInput


async def profiles_of(session: AsyncSession, organisation: str) -> dict[str, Profile]:
    """Every profile of the organisation by its key, the default ones first."""
    defaults: dict[str, Profile] = {str(role): profile for role, profile in DEFAULT_PROFILES.items()}
    return defaults | {row.key: domain.profile_of(row) for row in await store.of_organisation(session, organisation)}


async def get_profile(session: AsyncSession, organisation: str, key: str) -> Profile:
    profile = (await profiles_of(session, organisation)).get(key)
    if profile is None:
        raise NotFound("profile", key)
    return profile


async def changed_keys(session: AsyncSession, organisation: str) -> set[str]:
    return {row.key for row in await store.of_organisation(session, organisation)}


async def write_profile(
    session: AsyncSession, caller: Caller, key: str, given: ProfileInput, *, now: datetime
) -> Profile:
    """Make or replace a profile; in force as soon as its holders' tokens are renewed. 409 for admin."""
    if key == Role.ADMIN:
        raise domain.AdminIsFixed
    profile = Profile(key=key, **given.model_dump())
    check_may_give(caller, profile)
    row = await store.find(session, caller.organisation, key)
    if row is None:
        row = ProfileRow(
            organisation=caller.organisation, key=key, names={}, rights=[], fields={}, stages={}, changed_at=now
        )
        session.add(row)
    row.names = profile.names
    row.rights = sorted(profile.rights)
    row.fields = {str(name): access for name, access in profile.fields.items()}
    row.stages = dict(profile.stages)
    row.changed_at = now
    return profile


async def drop_profile(session: AsyncSession, caller: Caller, key: str) -> None:
    """A default profile becomes what it was at first; 409 for another one that somebody has."""
    row = await store.find(session, caller.organisation, key)
    if row is None:
        raise NotFound("changed profile", key)
    if domain.is_default(key):
        check_may_give(caller, DEFAULT_PROFILES[Role(key)])
    elif held := await store.holders(session, caller.organisation, key):
        raise domain.ProfileInUse(key, held)
    await session.delete(row)


def check_may_give(caller: Caller, profile: Profile) -> None:
    """403 when the profile may do what the caller may not."""
    if more := domain.surplus(profile, caller):
        raise domain.MoreThanOwn(profile.key, more)
