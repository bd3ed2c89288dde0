"""The command line of a service: `python -m services.NAME.main api|worker|migrate`."""

import gc
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any

import uvicorn
import uvloop
from fastapi import FastAPI

from chassis import listening, telemetry
from chassis.app import Service, create_app
from chassis.settings import ServiceSettings, Settings, load

KEEP_ALIVE_S = 75
"""How long an idle connection is kept: longer than callers keep theirs (our own 5 s, proxies 60 s by default). A server
that closes one in the moment in which its caller takes it up again makes that call fail."""


def run(
    service: Service,
    settings_class: type[ServiceSettings],
    work: Callable[[Any], Coroutine[Any, Any, None]],
) -> None:
    """Do what the first argument says. `work` runs the worker with the settings."""
    role = sys.argv[1] if len(sys.argv) == 2 else ""
    if role not in ("api", "worker", "migrate"):
        sys.exit(f"usage: python -m services.{service.name}.main api|worker|migrate")
    settings = load(settings_class)
    telemetry.start(f"{service.name}-{role}", settings)
    gc.freeze()  # what was loaded stays for good: each full collection would look through all of it
    if role == "migrate":
        from chassis import migrations  # alembic is a third of the time that a process takes to start

        uvloop.run(migrations.migrate(service.name, settings.dsn, tls=settings.database_context))
    elif role == "worker":
        uvloop.run(work(settings))
    else:
        serve(create_app(service, settings), settings)


def serve(app: FastAPI, settings: Settings) -> None:
    _Server(serving(app, settings)).run(listening.sockets(settings.host, settings.port))


def serving(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=ceil(settings.serving_grace),
        server_header=False,
        forwarded_allow_ips=settings.forwarded_allow_ips,
    )


class _Server(uvicorn.Server):
    """Told to stop, it ends as any program that did its work: uvicorn would then raise the signal once more."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
