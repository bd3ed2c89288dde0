"""A process that has duties and serves nobody: until SIGTERM or SIGINT, with its health over HTTP.

It knows of no database and no bus: what runs workflows has neither, and starts without loading what speaks to them.
"""

import asyncio
import signal
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import uvicorn
from fastapi import FastAPI

from chassis import health, metrics
from chassis.health import Check
from chassis.settings import Settings

GRACE = 20.0
"""Seconds that work at hand may take to end after SIGTERM; a pod's grace period must be longer."""


def stop_on_signals(stopping: asyncio.Event) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)


async def pause(stopping: asyncio.Event, seconds: float) -> None:
    """Real seconds, or less when told to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


async def until_stopped(
    stopping: asyncio.Event, duties: Sequence[Awaitable[None]], health_server: uvicorn.Server, *, grace: float = GRACE
) -> None:
    """Run the duties; told to stop, let them end within `grace` seconds. A duty that breaks stops the process."""
    tasks = [asyncio.ensure_future(duty) for duty in duties]
    serving = asyncio.ensure_future(health_server.serve())
    stopped = asyncio.ensure_future(stopping.wait())
    await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopping.set()
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=grace)
        for task in late:
            task.cancel()
    health_server.should_exit = True
    await serving
    for task in tasks:
        if task.done() and not task.cancelled() and (error := task.exception()):
            raise error


def serve_health(settings: Settings, checks: Mapping[str, Check]) -> uvicorn.Server:
    """`/healthz`, `/readyz` and `/metrics` of a process that serves nothing else."""
    app = FastAPI(openapi_url=None)
    app.state.checks = checks
    app.include_router(health.router)
    app.include_router(metrics.router)
    config = uvicorn.Config(
        app, host=settings.host, port=settings.port, log_config=None, access_log=False, lifespan="off"
    )
    return _QuietServer(config)


class _QuietServer(uvicorn.Server):
    """Leaves the signals to the worker, which stops the server after its duties."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
