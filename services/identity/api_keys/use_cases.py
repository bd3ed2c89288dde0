"""Make and revoke keys for other programs."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import InvalidField, NotFound
from services.identity.api_keys import store
from services.identity.api_keys.models import ApiKey
from services.identity.api_keys.schemas import ApiKeyInput
from services.identity.organisations import use_cases as organisations
from services.identity.profiles import use_cases as profiles
from services.identity.secrets import Kind, digest, new_secret


async def create_key(session: AsyncSession, caller: Caller, given: ApiKeyInput, *, now: datetime) -> tuple[ApiKey, str]:
    """The key and its secret, which is kept nowhere. 403 when it may more than the caller."""
    await organisations.get_organisation(session, caller.organisation)
    known = await profiles.profiles_of(session, caller.organisation)
    if given.profile not in known:
        raise InvalidField("profile", given.profile, f"one of {', '.join(known)}")
    profile = known[given.profile]
    if given.rights is not None:
        if beyond := given.rights - profile.rights:
            raise InvalidField("rights", ", ".join(sorted(beyond)), f"rights of the profile {profile.key}")
        profile = profile.model_copy(update={"rights": given.rights})
    profiles.check_may_give(caller, profile)
    secret = new_secret(Kind.API_KEY)
    key = ApiKey(
        organisation=caller.organisation,
        name=given.name,
        profile=given.profile,
        rights=sorted(given.rights) if given.rights is not None else None,
        hint=secret[-4:],
        digest=digest(secret),
        created_by=caller.name,
        created_at=now,
        expires_at=now + timedelta(days=given.days),
    )
    session.add(key)
    await session.flush()
    return key, secret


async def revoke_key(session: AsyncSession, caller: Caller, key_id: UUID, *, now: datetime) -> None:
    """No token is given out for it any more; the last one expires within five minutes."""
    key = await store.find(session, caller.organisation, key_id)
    if key is None:
        raise NotFound("API key", key_id)
    key.revoked_at = key.revoked_at or now


def narrowed(caller: Caller, rights: list[str] | None) -> Caller:
    """The caller with no more than these rights."""
    return caller if rights is None else replace(caller, rights=caller.rights & set(rights))
