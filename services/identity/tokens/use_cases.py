"""Short-lived access tokens for a session or an API key."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller, Mint, Unauthorised
from chassis.mint import TOKEN_LIVES
from contracts.profiles import Profile
from services.identity.api_keys import store as api_keys
from services.identity.api_keys.use_cases import narrowed
from services.identity.house import House
from services.identity.profiles import use_cases as profiles
from services.identity.secrets import Kind, digest
from services.identity.sessions import store as sessions
from services.identity.sessions.domain import SessionEnded, is_open
from services.identity.signing import use_cases as signing
from services.identity.users import store as users


@dataclass(frozen=True)
class Issued:
    token: str
    expires_at: datetime


async def issue(house: House, secret: str, *, address: str | None, is_use: bool = True, now: datetime) -> Issued:
    """A token for the bearer of this secret; 401 when it has ended, expired, was revoked or never was."""
    async with house.sessions() as session, session.begin():
        if secret.startswith(Kind.API_KEY):
            caller, until = await _key(session, secret, address, now=now)
        else:
            caller, until = await _person(house, session, secret, address, is_use=is_use, now=now)
    kid, private = await signing.signing_key(house.sessions, house.sealer, now=now)
    settings = house.settings
    mint = Mint(private, kid, settings.auth_issuer, settings.auth_audience, clock=lambda: now)
    lives = min(TOKEN_LIVES, until - now)
    return Issued(mint.sign(caller, lives=lives), now + lives)


async def _person(
    house: House, session: AsyncSession, secret: str, address: str | None, *, is_use: bool, now: datetime
) -> tuple[Caller, datetime]:
    found = await sessions.by_digest(session, digest(secret))
    if found is None or not is_open(found, idle=house.settings.session_idle, now=now):
        raise SessionEnded
    user = await users.get(session, found.user_id)
    if user is None or not user.is_active:
        raise SessionEnded
    if is_use:
        found.last_used_at = now
        found.address = address or found.address
    profile = await _profile(session, user.organisation, user.profile)
    caller = _caller(str(user.id), user.organisation, user.name, profile, address, str(found.id))
    caller = replace(caller, email=user.email)
    if user.password_is_temporary:
        caller = replace(caller, rights=frozenset(), fields={}, stages={})
    return caller, found.expires_at


async def _key(session: AsyncSession, secret: str, address: str | None, *, now: datetime) -> tuple[Caller, datetime]:
    key = await api_keys.by_digest(session, digest(secret))
    if key is None or key.revoked_at is not None or now >= key.expires_at:
        raise Unauthorised("This API key is not valid: it has expired, was revoked or never was.")
    key.last_used_at = now
    profile = await _profile(session, key.organisation, key.profile)
    caller = _caller(f"key:{key.id}", key.organisation, key.name, profile, address, str(key.id))
    return narrowed(caller, key.rights), key.expires_at


async def _profile(session: AsyncSession, organisation: str, key: str) -> Profile:
    """One that is gone gives nothing."""
    known = await profiles.profiles_of(session, organisation)
    return known.get(key) or Profile(key=key, names={}, rights=frozenset(), fields={}, stages={})


def _caller(subject: str, organisation: str, name: str, profile: Profile, address: str | None, session: str) -> Caller:
    return Caller(
        subject=subject,
        organisation=organisation,
        name=name,
        profile=profile.key,
        rights=profile.rights,
        fields=profile.fields,
        stages=profile.stages,
        address=address,
        session=session,
    )
