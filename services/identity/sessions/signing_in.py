"""Signing in by password.

Each attempt is counted in a transaction of its own before the password is looked at: what is refused
afterwards rolls nothing back, on any copy of the service.
"""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from services.identity.audit import entries
from services.identity.house import House
from services.identity.passwords import check_strength
from services.identity.resets import store as links
from services.identity.sessions import domain, store
from services.identity.sessions.domain import Opened, SignInRefused
from services.identity.throttle import use_cases as throttle
from services.identity.throttle.domain import TooManyAttempts
from services.identity.throttle.models import Target
from services.identity.users import domain as people
from services.identity.users import store as users
from services.identity.users import use_cases as user_cases
from services.identity.users.models import User


async def sign_in(
    house: House, email: str, password: str, *, user_agent: str, address: str | None, now: datetime
) -> Opened:
    """401 when it is refused, as slowly as when it is not; 429 while the account or the address is locked."""
    email = people.normal(email)
    try:
        user = await _attempt(house, email, address, now=now)
    except TooManyAttempts as refusal:
        await _tell_lock(house, refusal, email, address, now=now)
        raise
    kept = user.password_hash if user and user.is_active else None
    if not await house.passwords.is_right(kept, password) or user is None:
        async with house.sessions() as session, session.begin():
            await entries.refused_sign_in(session, user, email, address, at=now)
        raise SignInRefused
    renewed = await house.passwords.hash(password) if kept and house.passwords.is_outdated(kept) else None
    async with house.sessions() as session, session.begin():
        await _succeeded(session, email, address, taken_at=now)
        user = await users.get(session, user.id, lock=True)
        if user is None or not user.is_active or user.password_hash != kept:
            raise SignInRefused  # changed since it was looked at
        user.password_hash = renewed or user.password_hash
        opened = domain.open_session(
            user, user_agent=user_agent, address=address, lives=house.settings.session_lives, now=now
        )
        session.add(opened.session)
        entries.signed_in(session, opened, at=now)
    return opened


async def change_password(house: House, caller: Caller, current: str, password: str, *, now: datetime) -> None:
    """403 when `current` is wrong; every other session ends, and every link to choose a password."""
    async with house.sessions() as session, session.begin():
        user = await user_cases.me(session, caller)
        check_strength(password, email=user.email)
        await throttle.take(session, Target.ACCOUNT, user.email, now=now)
    if not await house.passwords.is_right(user.password_hash, current):
        raise people.WrongPassword
    hashed = await house.passwords.hash(password)
    async with house.sessions() as session, session.begin():
        await throttle.forgive(session, Target.ACCOUNT, user.email)
        user = await user_cases.me(session, caller, lock=True)
        domain.set_password(user, hashed, now=now)
        await links.spend_all(session, user.id, now=now)
        await store.end_all(session, user.id, now=now, but=domain.session_of(caller))
        entries.told(session, user, "change_password", caller.address, at=now)


async def _attempt(house: House, email: str, address: str | None, *, now: datetime) -> User | None:
    """Use up an attempt of the address and of the account, and find the user."""
    async with house.sessions() as session, session.begin():
        if address is not None:
            await throttle.take(session, Target.ADDRESS, address, now=now)
        await throttle.take(session, Target.ACCOUNT, email, now=now)
        return await users.by_email(session, email)


async def _tell_lock(house: House, refusal: TooManyAttempts, email: str, address: str | None, *, now: datetime) -> None:
    """Once for each lock: whoever tries on cannot fill the audit."""
    if refusal.is_told:
        return
    locked = address if refusal.kind is Target.ADDRESS and address else email
    async with house.sessions() as session, session.begin():
        if not await throttle.is_news(session, refusal.kind, locked, now=now):
            return
        user = await users.by_email(session, email)
        if await entries.locked_out(session, user, email, address, at=now):
            await throttle.tell(session, refusal.kind, locked, now=now)


async def _succeeded(session: AsyncSession, email: str, address: str | None, *, taken_at: datetime) -> None:
    """In the order of `_attempt`: sign-ins at once wait for each other, and never in a circle."""
    if address is not None:
        await throttle.give_back(session, Target.ADDRESS, address, taken_at=taken_at)
    await throttle.forgive(session, Target.ACCOUNT, email)
