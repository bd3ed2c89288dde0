"""What the use cases of identity stand on."""

from dataclasses import dataclass

from chassis.database import Sessions
from services.identity.oidc.provider import Provider
from services.identity.passwords import Passwords
from services.identity.settings import Settings


@dataclass(frozen=True)
class House:
    settings: Settings
    sessions: Sessions
    passwords: Passwords
    provider: Provider | None = None
