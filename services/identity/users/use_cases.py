"""What admins do with users, and users with themselves."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from chassis.auth import Caller, Role
from chassis.problems import InvalidField, NotFound
from contracts.events import UserLocked
from services.identity.organisations import store as organisations
from services.identity.profiles import use_cases as profiles
from services.identity.resets import store as links
from services.identity.resets import use_cases as resets
from services.identity.sessions import store as sessions
from services.identity.users import domain, store
from services.identity.users.models import User
from services.identity.users.schemas import MeInput, UserInput


async def create_user(session: AsyncSession, caller: Caller, given: UserInput, *, now: datetime) -> User:
    """A user who is sent a link to choose a password. 409 when the address is somebody's."""
    await _check_profile(session, caller, given.profile)
    email = domain.normal(given.email)
    if await organisations.find(session, caller.organisation, lock=True) is None:
        raise NotFound("organisation", caller.organisation)
    if await store.by_email(session, email) is not None:
        raise domain.EmailTaken(email)
    user = User(
        organisation=caller.organisation,
        email=email,
        name=given.name,
        language=given.language,
        profile=given.profile,
        is_active=given.is_active,
        created_at=now,
        changed_at=now,
    )
    session.add(user)
    await session.flush()
    resets.invite(session, user, now=now)
    return user


async def change_user(session: AsyncSession, caller: Caller, user_id: UUID, given: UserInput, *, now: datetime) -> User:
    """Replace the whole user. Who may no longer is signed out everywhere, and the other services are told.

    Links to a password open nothing any more once their user is locked, or has another address than they went to.
    409 for the last administrator.
    """
    await organisations.find(session, caller.organisation, lock=True)  # two admins cannot demote each other at once
    user = await get_user(session, caller.organisation, user_id, lock=True)
    if given.profile != user.profile:
        await _check_profile(session, caller, given.profile)
    profiles.check_may_give(caller, await profiles.get_profile(session, caller.organisation, user.profile))
    is_admin = user.is_active and user.profile == Role.ADMIN
    stays_admin = given.is_active and given.profile == Role.ADMIN
    if is_admin and not stays_admin and not await store.other_admins(session, user):
        raise domain.LastAdmin
    email = domain.normal(given.email)
    if email != user.email and await store.by_email(session, email) is not None:
        raise domain.EmailTaken(email)
    if email != user.email or not given.is_active:
        await links.spend_all(session, user.id, now=now)
    if not given.is_active:
        await sessions.end_all(session, user.id, now=now)
        outbox.record(session, UserLocked(organisation=user.organisation, user_id=user.id), at=now)
    user.email, user.name, user.language = email, given.name, given.language
    user.profile, user.is_active, user.changed_at = given.profile, given.is_active, now
    return user


async def invite_again(session: AsyncSession, caller: Caller, user_id: UUID, *, now: datetime) -> None:
    """Another link, for who lost the first one. Nobody gets into an account that may more than their own."""
    user = await get_user(session, caller.organisation, user_id, lock=True)
    profiles.check_may_give(caller, await profiles.get_profile(session, caller.organisation, user.profile))
    if not user.is_active:
        raise domain.UserLocked(user.email)
    resets.invite(session, user, now=now)


async def get_user(session: AsyncSession, organisation: str, user_id: UUID, *, lock: bool = False) -> User:
    user = await store.find(session, organisation, user_id, lock=lock)
    if user is None:
        raise NotFound("user", user_id)
    return user


async def me(session: AsyncSession, caller: Caller, *, lock: bool = False) -> User:
    """The person who calls; 403 for a key."""
    try:
        user_id = UUID(caller.subject)
    except ValueError:
        raise domain.NotAPerson from None
    user = await store.find(session, caller.organisation, user_id, lock=lock)
    if user is None:
        raise domain.NotAPerson
    return user


async def change_me(session: AsyncSession, caller: Caller, given: MeInput, *, now: datetime) -> User:
    user = await me(session, caller, lock=True)
    user.name, user.language, user.theme, user.changed_at = given.name, given.language, given.theme, now
    return user


async def _check_profile(session: AsyncSession, caller: Caller, key: str) -> None:
    known = await profiles.profiles_of(session, caller.organisation)
    if key not in known:
        raise InvalidField("profile", key, f"one of {', '.join(known)}")
    profiles.check_may_give(caller, known[key])
