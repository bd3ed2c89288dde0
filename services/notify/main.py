"""Notify: templates, messages, letters, tasks."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI

from chassis import main, worker
from chassis.app import Service
from chassis.limits import Limits
from chassis.personal.restored import ErasingAgain
from services.notify import handlers
from services.notify.actions.api import known
from services.notify.actions.api import router as actions
from services.notify.bounces.api import router as bounces
from services.notify.calendars.api import router as calendars
from services.notify.closings.api import router as heard_receivables
from services.notify.figures import measures as figures
from services.notify.forgotten.comparing import Comparing
from services.notify.letters.api import router as letters
from services.notify.letters.press import Press
from services.notify.messages.api import router as messages
from services.notify.messages.desk import Desk
from services.notify.messages.relay import Relay
from services.notify.previews.api import router as previews
from services.notify.privacy import store as privacy
from services.notify.privacy.api import router as customer_data
from services.notify.rendering.renderer import Renderer
from services.notify.settings import Settings
from services.notify.tasks.api import router as tasks
from services.notify.templates.api import router as templates
from services.notify.trials.api import router as trials

MAX_BODY = 6 * 1024 * 1024
"""A message with its attachments in base64."""

Close = Callable[[], Awaitable[None]]


async def open_limits(app: FastAPI) -> Close:
    """`app.state.limits`, for those who come without a token."""
    app.state.limits = Limits()

    async def close() -> None:
        """It holds nothing open."""

    return close


async def open_renderer(app: FastAPI) -> Close:
    """`app.state.renderer`; `/readyz` waits for its processes."""
    settings: Settings = app.state.settings
    app.state.renderer = renderer = Renderer(size=settings.template_workers)
    app.state.checks["templates"] = renderer.processes.ready
    return renderer.close


async def open_press(app: FastAPI) -> Close:
    """`app.state.press`, which prints letters; `/readyz` waits for its processes."""
    app.state.press = press = Press()
    app.state.checks |= {"letters": press.letters.ready, "batches": press.batches.ready}
    return press.close


async def open_desk(app: FastAPI) -> Close:
    """`app.state.desk`."""
    settings: Settings = app.state.settings
    relay = Relay(settings)
    app.state.desk = Desk(settings, app.state.sessions, relay, app.state.renderer)
    return relay.close


SERVICE = Service(
    "notify",
    "Relance notify",
    (
        *(templates, previews, trials, messages, bounces, letters, tasks, actions, known, heard_receivables),
        *(calendars, customer_data),
    ),
    max_body=MAX_BODY,
    opens=(open_limits, open_renderer, open_press, open_desk),
)


async def work(settings: Settings) -> None:
    comparing = Comparing()
    await worker.run(
        SERVICE.name,
        settings,
        subscribe=handlers.subscribe,
        loops=(handlers.sweep_messages, comparing.watch, ErasingAgain(privacy.HOLDINGS, handlers.ERASE).watch),
        checks={"actions": comparing.check},
        measures=figures.measures,
        prunings=privacy.prunings(settings),
    )


if __name__ == "__main__":
    main.run(SERVICE, Settings, work)
