"""Queries on users."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, func, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.profiles import Role
from services.identity.users.models import User


async def find(session: AsyncSession, organisation: str, user_id: UUID, *, lock: bool = False) -> User | None:
    query = select(User).where(User.organisation == organisation, User.id == user_id)
    return (await session.exec(query.with_for_update() if lock else query)).one_or_none()


async def get(session: AsyncSession, user_id: UUID, *, lock: bool = False) -> User | None:
    """Whose organisation is not known yet: of a session or a link in an e-mail."""
    return await session.get(User, user_id, with_for_update=lock)


async def by_email(session: AsyncSession, email: str) -> User | None:
    """`email` in lower case; of any organisation, since people sign in by it alone."""
    return (await session.exec(select(User).where(User.email == email))).one_or_none()


async def by_oidc(session: AsyncSession, issuer: str, subject: str) -> User | None:
    query = select(User).where(User.oidc_issuer == issuer, User.oidc_subject == subject)
    return (await session.exec(query)).one_or_none()


async def page(
    session: AsyncSession, organisation: str, *, q: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> list[User]:
    """Newest first."""
    query = select(User).where(User.organisation == organisation)
    if q:
        query = query.where(
            col(User.name).icontains(q, autoescape=True) | col(User.email).icontains(q, autoescape=True)
        )
    if after:
        query = query.where(tuple_(col(User.created_at), col(User.id)) < after)
    query = query.order_by(col(User.created_at).desc(), col(User.id).desc()).limit(limit)
    return list((await session.exec(query)).all())


async def other_admins(session: AsyncSession, user: User) -> int:
    """Active administrators beside this user."""
    query = select(func.count()).select_from(User).where(User.organisation == user.organisation, User.id != user.id)
    query = query.where(User.profile == Role.ADMIN, col(User.is_active))
    return (await session.exec(query)).one()
