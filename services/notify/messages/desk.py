"""Where messages leave from: what sending one needs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.clock import real_now
from chassis.database import Sessions
from services.notify.messages.relay import Relay
from services.notify.rendering.renderer import Renderer
from services.notify.settings import Settings


@dataclass(frozen=True)
class Desk:
    """`real` is technical time."""

    settings: Settings
    sessions: Sessions
    relay: Relay
    renderer: Renderer
    real: Callable[[], datetime] = real_now
