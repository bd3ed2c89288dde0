"""How long a link to choose a password is good."""

from datetime import datetime, timedelta

from chassis.problems import DomainError
from services.identity.resets.models import PasswordReset

RESET_LIVES = timedelta(minutes=30)
INVITATION_LIVES = timedelta(days=7)


class LinkSpent(DomainError):
    """One answer for a link that was used, has expired or never was."""

    status = 404

    def __init__(self) -> None:
        super().__init__("This link has been used or has expired; ask for a new one.")


def is_good(reset: PasswordReset, *, now: datetime) -> bool:
    return reset.used_at is None and now < reset.expires_at
