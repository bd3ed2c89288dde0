"""Commands that need the bus: one connection, opened and closed around their work."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.parse import urlsplit

from chassis.passing import is_passing
from chassis.problems import DomainError
from chassis.publish import Connection, NotStored, connected
from cli.failure import UNREACHABLE, Failure
from cli.settings import Settings

Result = TypeVar("Result")


def on_the_bus(settings: Settings, work: Callable[[Connection], Awaitable[Result]]) -> Result:
    """What `work` returns; a server that does not answer, or something that is not there, is a Failure."""
    logging.getLogger().addHandler(logging.NullHandler())  # the failure says it once

    async def run() -> Result:
        async with connected(settings.bus, name="relance-cli") as connection:
            return await work(connection)

    try:
        return asyncio.run(run())
    except NotStored as error:
        raise Failure(f"{error}", UNREACHABLE) from None
    except DomainError as error:
        raise Failure(f"{error}") from None
    except Exception as error:
        if not is_passing(error):
            raise
        raise Failure(_unreachable(settings.nats_url, error), UNREACHABLE) from None


def _unreachable(url: str, error: Exception) -> str:
    return (
        f"NATS does not answer at {_address(url)} ({error or type(error).__name__}). "
        "Is the stack up? `make status` says; RELANCE_NATS_URL, as nats://host:port, says where it is."
    )


def _address(url: str) -> str:
    """Without what may be secret in it."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname}:{parts.port or 4222}"
    except ValueError:
        return "an address that is none"
