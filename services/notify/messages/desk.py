"""Where messages leave from: what sending one needs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.clock import real_now
from chassis.database import Sessions
from services.notify.messages.relay import Relay
from services.notify.rendering.renderer import Renderer
from services.notify.settings import Settings


async def nothing() -> None:
    """The hook of a service that is not being tested."""


@dataclass(frozen=True)
class Desk:
    """`real` is technical time. `accepted` runs between the relay's acceptance and its record."""

    settings: Settings
    sessions: Sessions
    relay: Relay
    renderer: Renderer
    real: Callable[[], datetime] = real_now
    accepted: Callable[[], Awaitable[None]] = nothing
