"""What identity itself tells the audit."""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import audit
from chassis.caller import Caller
from contracts.events.audit import Change, Outcome
from services.identity.organisations import store as organisations
from services.identity.sessions.domain import Opened
from services.identity.users.models import User

log = logging.getLogger(__name__)

SERVICE = "identity"


def acting(user: User, address: str | None, session: str | None = None) -> Caller:
    """The user as the one who acts, before there is a token."""
    who = (str(user.id), user.organisation, user.name, user.profile)
    return Caller(*who, rights=frozenset(), address=address, session=session)


def signed_in(
    session: AsyncSession, opened: Opened, *, at: datetime, how: str = "password", changes: Sequence[Change] = ()
) -> None:
    """`changes`: what the sign-in changed of the user."""
    who = acting(opened.user, opened.session.address, str(opened.session.id))
    audit.record(
        session,
        who,
        service=SERVICE,
        action="sign_in",
        object=f"users/{opened.user.id}",
        changes=changes,
        reason=how,
        at=at,
    )


async def refused_sign_in(
    session: AsyncSession,
    user: User | None,
    email: str,
    address: str | None,
    *,
    at: datetime,
    reason: str | None = None,
) -> None:
    who = await _who_tries(session, user, email, address)
    if who is None:
        log.warning("sign-in refused: no such user", extra={"address": address})
        return
    _refused(session, who, user, reason or ("wrong password" if user else "no such user"), at=at)


async def locked_out(
    session: AsyncSession, user: User | None, email: str, address: str | None, *, at: datetime
) -> bool:
    """A sign-in that a lock refuses, whatever its password; False when there is nobody to tell."""
    who = await _who_tries(session, user, email, address)
    if who is not None:
        _refused(session, who, user, "locked", at=at)
    return who is not None


def told(session: AsyncSession, user: User, action: str, address: str | None, *, at: datetime) -> None:
    """What a user did to their own account."""
    audit.record(session, acting(user, address), service=SERVICE, action=action, object=f"users/{user.id}", at=at)


async def _who_tries(session: AsyncSession, user: User | None, email: str, address: str | None) -> Caller | None:
    """An unknown address belongs to no organisation: where there is only one, its admins are told."""
    if user is not None:
        return acting(user, address)
    known = await organisations.every(session)
    if len(known) != 1:
        return None
    return Caller(email, known[0].key, email, "", frozenset(), address=address)


def _refused(session: AsyncSession, who: Caller, user: User | None, reason: str, *, at: datetime) -> None:
    audit.record(
        session,
        who,
        service=SERVICE,
        action="sign_in",
        object=f"users/{user.id}" if user else None,
        outcome=Outcome.REFUSED,
        reason=reason,
        at=at,
    )
