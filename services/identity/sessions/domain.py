"""When a session is good."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chassis.caller import Caller
from chassis.problems import DomainError
from services.identity.secrets import Kind, digest, new_secret
from services.identity.sessions.models import UserSession
from services.identity.users.models import User


class SignInRefused(DomainError):
    """One answer for a wrong password, an unknown address and a user who is no longer active."""

    status = 401

    def __init__(self) -> None:
        super().__init__("This e-mail address and password are not those of a user.")


class SessionEnded(DomainError):
    status = 401

    def __init__(self) -> None:
        super().__init__("This session has ended; sign in again.")


@dataclass(frozen=True)
class Opened:
    """A new session with its secret, which nobody keeps."""

    user: User
    session: UserSession
    secret: str


def open_session(user: User, *, user_agent: str, address: str | None, lives: timedelta, now: datetime) -> Opened:
    secret = new_secret(Kind.SESSION)
    session = UserSession(
        user_id=user.id,
        digest=digest(secret),
        user_agent=user_agent,
        address=address,
        started_at=now,
        last_used_at=now,
        expires_at=now + lives,
    )
    return Opened(user, session, secret)


def is_open(session: UserSession, *, idle: timedelta, now: datetime) -> bool:
    return session.ended_at is None and now < session.expires_at and now - session.last_used_at < idle


def session_of(caller: Caller) -> UUID | None:
    """The session that the caller's token belongs to."""
    try:
        return UUID(caller.session or "")
    except ValueError:
        return None


def set_password(user: User, hashed: str, *, now: datetime) -> None:
    user.password_hash, user.password_is_temporary, user.changed_at = hashed, False, now
