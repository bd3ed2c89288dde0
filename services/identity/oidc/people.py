"""The user whom the provider vouches for: found, made or brought up to date at each sign-in."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Role
from services.identity.oidc import domain
from services.identity.oidc.domain import Person
from services.identity.organisations import store as organisations
from services.identity.organisations.domain import profile_for
from services.identity.resets import store as links
from services.identity.users import store as users
from services.identity.users.domain import LastAdmin
from services.identity.users.models import User


async def known_user(session: AsyncSession, person: Person) -> User | None:
    """By their account at the provider; at the first time by an address of e-mail that may be believed."""
    user = await users.by_oidc(session, person.issuer, person.subject)
    if user is not None or person.email is None:
        return user
    user = await users.by_email(session, person.email)
    if user is not None and user.oidc_subject is not None:
        raise domain.IdentityTaken(person.email)
    return user


async def make_user(session: AsyncSession, person: Person, *, now: datetime) -> User:
    """In the one organisation whose rules fit and which takes new people in. Refusals are of `domain`."""
    home, profile = domain.home_of(person, await organisations.every(session))
    await organisations.find(session, home.key, lock=True)
    if (user := await known_user(session, person)) is not None:
        return user  # who came twice at once is one user
    if person.email is None:
        raise domain.EmailNotVerified(person.told_email)
    user = User(
        organisation=home.key,
        email=person.email,
        name=person.name or person.email,
        language=person.language,
        profile=profile,
        created_at=now,
        changed_at=now,
    )
    session.add(user)
    await session.flush()
    return user


async def bring_up_to_date(session: AsyncSession, user: User, person: Person, *, now: datetime) -> None:
    """Profile, name and address follow the provider; an organisation without rules gives the profiles itself.

    Links to choose a password end at the first sign-in by the provider, and with the address that they went to.
    """
    organisation = await organisations.find(session, user.organisation, lock=True)
    await session.refresh(user, with_for_update=True)
    if not user.is_active:
        raise domain.UserIsLocked
    rules = organisation.rules if organisation else []
    profile = profile_for(person.claims, rules) if rules else user.profile
    if profile is None:
        raise domain.NoProfileForClaims(person.told_email)
    if user.profile == Role.ADMIN != profile and not await users.other_admins(session, user):
        raise LastAdmin
    email = user.email
    if person.email and person.email != email and await users.by_email(session, person.email) is None:
        email = person.email
    if user.oidc_subject is None or email != user.email:
        await links.spend_all(session, user.id, now=now)
    user.profile, user.name, user.email = profile, person.name or user.name, email
    user.oidc_issuer, user.oidc_subject = person.issuer, person.subject
    if session.is_modified(user):
        user.changed_at = now
