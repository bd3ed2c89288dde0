"""A process that has duties and serves nobody: until SIGTERM or SIGINT, with its health over HTTP.

It knows of no database and no bus: what runs workflows has neither, and starts without loading what speaks to them.
"""

import asyncio
import logging
import signal
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TypeVar

import uvicorn
from fastapi import FastAPI

from chassis import health, listening, metrics
from chassis.health import Check
from chassis.settings import Settings

log = logging.getLogger(__name__)

Connection = TypeVar("Connection")

GRACE = 20.0
"""Seconds that work at hand may take to end after SIGTERM; a pod's grace period must be longer."""


def stop_on_signals(stopping: asyncio.Event) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)


async def pause(stopping: asyncio.Event, seconds: float) -> None:
    """Real seconds, or less when told to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


async def first_of(*events: asyncio.Event) -> None:
    """Until one of them is set."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def patiently(
    connect: Callable[[], Awaitable[Connection]], what: str, stopping: asyncio.Event
) -> Connection | None:
    """Wait for a server that is not there yet: processes start in any order. None when told to stop meanwhile.

    What is wrong here and not there is raised: a file that cannot be read, or a value that no server would take.
    """
    while not stopping.is_set():
        try:
            return await _unless_stopped(connect(), stopping)
        except Exception as error:
            if _is_ours(error):
                raise
            log.warning("%s is not there yet: %r", what, error)
            await pause(stopping, 1)
    return None


async def _unless_stopped(connection: Awaitable[Connection], stopping: asyncio.Event) -> Connection | None:
    connecting, stopped = asyncio.ensure_future(connection), asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait([connecting, stopped], return_when=asyncio.FIRST_COMPLETED)
        return connecting.result() if connecting.done() else None
    finally:
        connecting.cancel()
        stopped.cancel()


def _is_ours(error: Exception) -> bool:
    if isinstance(error, ssl.SSLError):
        return False  # of the server's certificate, though Python counts it among the wrong values
    return isinstance(error, ValueError | FileNotFoundError) or (
        isinstance(error, OSError) and error.filename is not None
    )


async def until_stopped(stopping: asyncio.Event, duties: Sequence[Awaitable[None]], *, grace: float = GRACE) -> None:
    """Run the duties; told to stop, let them end within `grace` seconds. A duty that breaks stops the process."""
    tasks = [asyncio.ensure_future(duty) for duty in duties]
    stopped = asyncio.ensure_future(stopping.wait())
    await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopping.set()
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=grace)
        for task in late:
            task.cancel()
    for task in tasks:
        if task.done() and not task.cancelled() and (error := task.exception()):
            raise error


@asynccontextmanager
async def health_served(settings: Settings, checks: Mapping[str, Check]) -> AsyncIterator[None]:
    """`/healthz`, `/readyz` and `/metrics` of a process that serves nothing else, from before it reaches any server.

    A process that waits for one is alive: what watches it must not start it again and again meanwhile.
    """
    app = FastAPI(openapi_url=None)
    app.state.checks = checks
    app.include_router(health.router)
    app.include_router(metrics.router)
    config = uvicorn.Config(
        app, host=settings.host, port=settings.port, log_config=None, access_log=False, lifespan="off"
    )
    server = _QuietServer(config)
    serving = asyncio.ensure_future(server.serve(listening.sockets(settings.host, settings.port)))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


class _QuietServer(uvicorn.Server):
    """Leaves the signals to the worker, which stops the server after its duties."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
