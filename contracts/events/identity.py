"""What identity tells of the people of an organisation."""

from typing import Any, ClassVar
from uuid import UUID

from contracts.events.base import Event


class UserLocked(Event):
    """A user may no longer sign in, and their sessions have ended. Told again when a locked user is changed."""

    type: ClassVar[str] = "identity.user.locked.v1"
    example: ClassVar[dict[str, Any]] = {"organisation": "demo", "user_id": "0197f3c2-0000-7000-8000-0000000000bb"}

    user_id: UUID
