"""Notify: templates, messages, letters, tasks."""

from chassis import main, worker
from chassis.app import Service
from services.notify import handlers
from services.notify.actions.api import router as actions
from services.notify.letters.api import router as letters
from services.notify.messages.api import router as messages
from services.notify.opening import open_press, open_renderer, opening_desk
from services.notify.settings import Settings
from services.notify.tasks.api import router as tasks
from services.notify.templates.api import router as templates

MAX_BODY = 6 * 1024 * 1024
"""A message with its attachments in base64."""

SERVICE = Service(
    "notify",
    "Relance notify",
    (templates, messages, letters, tasks, actions),
    max_body=MAX_BODY,
    opens=(open_renderer, open_press, opening_desk()),
)


async def work(settings: Settings) -> None:
    await worker.run(SERVICE.name, settings, subscribe=handlers.subscribe, loops=(handlers.sweep_messages,))


if __name__ == "__main__":
    main.run(SERVICE, Settings, work)
