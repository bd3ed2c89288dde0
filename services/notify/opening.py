"""What the API of notify opens at its start: the renderer, the press and the desk."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI

from services.notify.letters.press import Press
from services.notify.messages.desk import Desk, nothing
from services.notify.messages.relay import Relay
from services.notify.rendering.renderer import Renderer
from services.notify.settings import Settings

Close = Callable[[], Awaitable[None]]


async def open_renderer(app: FastAPI) -> Close:
    """`app.state.renderer`, with a process at the ready."""
    settings: Settings = app.state.settings
    renderer = Renderer(size=settings.template_workers)
    await renderer.processes.warm()
    app.state.renderer = renderer
    return renderer.close


async def open_press(app: FastAPI) -> Close:
    """`app.state.press`, which prints letters."""
    app.state.press = press = Press()
    return press.close


def opening_desk(accepted: Callable[[], Awaitable[None]] = nothing) -> Callable[[FastAPI], Awaitable[Close]]:
    """`app.state.desk`; `accepted` runs between the relay's acceptance of a message and its record."""

    async def open_desk(app: FastAPI) -> Close:
        settings: Settings = app.state.settings
        relay = Relay(settings)
        app.state.desk = Desk(settings, app.state.sessions, relay, app.state.renderer, accepted=accepted)
        return relay.close

    return open_desk
