"""What the use cases of identity stand on."""

from dataclasses import dataclass

from chassis.database import Sessions
from services.identity.oidc.provider import Provider
from services.identity.passwords import Passwords
from services.identity.sealing import Sealer
from services.identity.settings import Settings


@dataclass(frozen=True)
class House:
    settings: Settings
    sessions: Sessions
    passwords: Passwords
    sealer: Sealer
    provider: Provider | None = None
