"""Patience with Temporal: for how long it is asked, and which of its failures pass."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from chassis.passing import TryAgain

RPC_TIMEOUT = timedelta(seconds=5)
REFUSALS = (RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.UNIMPLEMENTED)
"""Answers that trying again does not change; any other error of the server passes."""
NO_CONNECTION = "Failed client connect"
"""How the SDK begins to say that a first connection failed; it has no class of its own for that."""


@asynccontextmanager
async def patience() -> AsyncIterator[None]:
    """A Temporal that is out of reach, or that someone else is talking to about the same case, is waited for."""
    try:
        yield
    except WorkflowAlreadyStartedError as error:
        raise TryAgain(f"Temporal: {error}") from error
    except RPCError as error:
        if error.status in REFUSALS:
            raise
        raise TryAgain(f"Temporal: {error.status.name}: {error}") from error
    except RuntimeError as error:
        if not str(error).startswith(NO_CONNECTION):
            raise
        raise TryAgain(f"Temporal: {error}") from error
