"""What cannot be done with users."""

from chassis.problems import DomainError, Forbidden
from services.identity.users.models import User


class EmailTaken(DomainError):
    def __init__(self, email: str) -> None:
        super().__init__(f"email: {email!r} is already that of a user; expected another one")


class LastAdmin(DomainError):
    """An organisation keeps at least one active administrator."""

    def __init__(self) -> None:
        super().__init__("This is the last active administrator; make another one first.")


class UserLocked(DomainError):
    def __init__(self, email: str) -> None:
        super().__init__(f"The user {email} is locked; unlock them first.")


class NotAPerson(Forbidden):
    """A key has no password, no language and no devices."""

    def __init__(self) -> None:
        super().__init__("Only a person who signed in may do this, not a key.")


class WrongPassword(Forbidden):
    def __init__(self) -> None:
        super().__init__("current: this is not your password")


def normal(email: str) -> str:
    """Two spellings of one address are one user."""
    return email.strip().lower()


def is_of_provider(user: User) -> bool:
    """Whether they sign in by the identity provider alone: who lost the account there has no other way in."""
    return user.oidc_subject is not None and user.password_hash is None
