"""Notify as its own process, killed between the relay's acceptance and its record: `python -m ... PORT`.

The settings come from the environment, as for the real one; only what runs at that instant is added.
"""

import os
import signal
from dataclasses import replace

from chassis.app import create_app
from chassis.main import serve
from chassis.settings import load
from services.notify.main import SERVICE, open_press, open_renderer, opening_desk
from services.notify.settings import Settings


async def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    settings = load(Settings)
    dying = replace(SERVICE, opens=(open_renderer, open_press, opening_desk(accepted=die)))
    serve(create_app(dying, settings), settings)
