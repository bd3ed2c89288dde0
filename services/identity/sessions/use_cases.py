"""A person's devices, and signing out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import NotFound
from services.identity.sessions import domain, store
from services.identity.sessions.models import UserSession
from services.identity.sessions.schemas import SessionView
from services.identity.users import use_cases as users


async def devices(session: AsyncSession, caller: Caller, *, idle: timedelta, now: datetime) -> Sequence[UserSession]:
    """Where the caller is signed in, most recently used first."""
    user = await users.me(session, caller)
    return await store.open_of(session, user.id, now=now, used_since=now - idle)


async def end_session(session: AsyncSession, caller: Caller, session_id: UUID, *, now: datetime) -> None:
    user = await users.me(session, caller)
    found = await store.find(session, user.id, session_id)
    if found is None:
        raise NotFound("session", session_id)
    found.ended_at = found.ended_at or now


async def end_current(session: AsyncSession, caller: Caller, *, now: datetime) -> None:
    current = domain.session_of(caller)
    if current is None:
        raise NotFound("session", "of this caller")
    await end_session(session, caller, current, now=now)


async def end_all(session: AsyncSession, caller: Caller, *, now: datetime) -> None:
    """Sign out everywhere, here too."""
    user = await users.me(session, caller)
    await store.end_all(session, user.id, now=now)


def view_of(session: UserSession, caller: Caller) -> SessionView:
    return SessionView(
        id=session.id,
        user_agent=session.user_agent,
        address=session.address,
        started_at=session.started_at,
        last_used_at=session.last_used_at,
        expires_at=session.expires_at,
        is_current=session.id == domain.session_of(caller),
    )
