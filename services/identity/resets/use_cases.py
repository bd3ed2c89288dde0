"""Ask for a link to choose a password, and use it."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.audit import entries
from services.identity.house import House
from services.identity.passwords import check_strength
from services.identity.resets import domain, store
from services.identity.resets.models import PasswordReset
from services.identity.secrets import digest
from services.identity.sessions import domain as sessions
from services.identity.sessions import store as session_store
from services.identity.throttle import use_cases as throttle
from services.identity.throttle.domain import TooManyAttempts
from services.identity.throttle.models import Target
from services.identity.users import domain as people
from services.identity.users import store as users
from services.identity.users.models import User


async def ask(house: House, email: str, address: str | None, *, now: datetime) -> None:
    """The same work and no answer, whether or not the address is that of a user. The worker writes the e-mail."""
    email = people.normal(email)
    async with house.sessions() as session, session.begin():
        if address is not None:
            await throttle.take(session, Target.ADDRESS, address, now=now)
        try:
            await throttle.take(session, Target.RESET, email, now=now)
        except TooManyAttempts:
            return  # to say so would not tell who is a user, but the form has one answer
        user = await users.by_email(session, email)
        known = user is not None and user.is_active and not people.is_of_provider(user)
        session.add(
            PasswordReset(
                user_id=user.id if user and known else None,
                asked_at=now,
                expires_at=now + domain.RESET_LIVES,
                is_invitation=False,
            )
        )
        if user and known:
            entries.told(session, user, "ask_for_password_reset", address, at=now)


def invite(session: AsyncSession, user: User, *, now: datetime) -> None:
    """Let a new user choose a password."""
    expires_at = now + domain.INVITATION_LIVES
    session.add(PasswordReset(user_id=user.id, asked_at=now, expires_at=expires_at, is_invitation=True))


async def use(house: House, secret: str, password: str, address: str | None, *, now: datetime) -> None:
    """Set the password and sign the user out everywhere. 404 for a link that is no longer good."""
    async with house.sessions() as session:
        user = await _holder(session, secret, now=now)
        check_strength(password, email=user.email)
    hashed = await house.passwords.hash(password)
    async with house.sessions() as session, session.begin():
        holder = await _holder(session, secret, now=now)
        await throttle.forgive(session, Target.ACCOUNT, holder.email)  # before the user, as who signs in does
        user = await users.get(session, holder.id, lock=True) or holder
        await _holder(session, secret, now=now)  # who held the user until now may have spent the link
        sessions.set_password(user, hashed, now=now)
        await store.spend_all(session, user.id, now=now)
        await session_store.end_all(session, user.id, now=now)
        entries.told(session, user, "reset_password", address, at=now)


async def _holder(session: AsyncSession, secret: str, *, now: datetime) -> User:
    reset = await store.by_digest(session, digest(secret))
    if reset is None or reset.user_id is None or not domain.is_good(reset, now=now):
        raise domain.LinkSpent
    user = await users.get(session, reset.user_id)
    if user is None or not user.is_active:
        raise domain.LinkSpent
    return user
