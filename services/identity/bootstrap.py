"""The first administrator of an organisation, made by who runs the database: nobody could sign in to make them."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.parties import Language
from contracts.profiles import Role
from services.identity.organisations import store as organisations
from services.identity.organisations.models import Organisation
from services.identity.users import domain
from services.identity.users import store as users
from services.identity.users.models import User


@dataclass(frozen=True)
class FirstAdmin:
    organisation: str
    organisation_name: str
    email: str
    name: str
    language: Language = Language.FRENCH


async def create_admin(
    session: AsyncSession, wanted: FirstAdmin, hashed: str, *, is_temporary: bool, now: datetime
) -> User:
    """Make the organisation too, unless it is there. Raises EmailTaken."""
    email = domain.normal(wanted.email)
    if await organisations.find(session, wanted.organisation) is None:
        session.add(
            Organisation(
                key=wanted.organisation, name=wanted.organisation_name, rules=[], creates_users=False, created_at=now
            )
        )
        await session.flush()
    if await users.by_email(session, email) is not None:
        raise domain.EmailTaken(email)
    user = User(
        organisation=wanted.organisation,
        email=email,
        name=wanted.name,
        language=wanted.language,
        profile=Role.ADMIN,
        password_hash=hashed,
        password_is_temporary=is_temporary,
        created_at=now,
        changed_at=now,
    )
    session.add(user)
    await session.flush()
    return user
