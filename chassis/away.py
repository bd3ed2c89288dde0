"""503 in place of 500 where a server that an API needs is out of reach: no error of its own."""

import logging

import nats.errors
import nats.js.errors
from asyncpg.exceptions import InterfaceError, PostgresError
from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chassis.passing import is_away, sqlstate_of
from chassis.problems import problem
from chassis.redaction import redacted
from chassis.trace_header import TRACE

log = logging.getLogger(__name__)

BUS_AWAY = (
    nats.errors.ConnectionClosedError,
    nats.errors.ConnectionDrainingError,
    nats.errors.ConnectionReconnectingError,
    nats.errors.NoRespondersError,
    nats.errors.NoServersError,
    nats.errors.OutboundBufferLimitError,
    nats.errors.StaleConnectionError,
    nats.js.errors.NoStreamResponseError,
    nats.js.errors.ServiceUnavailableError,
)
"""What else the bus says, such as that a message is too large, is an answer of a server that is there."""
MAY_BE_AWAY = (DBAPIError, PostgresError, InterfaceError, PoolTimeout, OSError, *BUS_AWAY)
"""By class, for Starlette answers what is registered as `Exception` outside of everything that counts and traces."""
CANCELLED = "57014"
"""Of SQLSTATE: a statement that took too long, ours unless the server is slow as a whole."""


def add_away_handler(app: FastAPI) -> None:
    for kind in MAY_BE_AWAY:
        app.add_exception_handler(kind, _away)


async def _away(request: Request, error: Exception) -> Response:
    """Raises the error again when it is our own, for the handler of what is unexpected."""
    if not is_away(error) or _is_of_a_file(error) or _is_of_a_statement(error):
        raise error
    where = {"path": redacted(request.url.path), "trace_id": request.scope.get(TRACE)}
    log.warning("a request waits for a server: %r", error, exc_info=error, extra=where)
    return problem(503, "server_away", "A server that is needed here does not answer. " + _again(request))


def _again(request: Request) -> str:
    """A commit may have been done although its answer was lost: what is asked twice is then done twice."""
    if request.method == "POST" and "idempotency-key" not in request.headers:
        return "What was asked may have been done: look before you ask again, or ask with an Idempotency-Key."
    return "Trying again is safe."


def _is_of_a_file(error: Exception) -> bool:
    """One that is missing or may not be read is missing for ever."""
    return isinstance(error, OSError) and error.filename is not None


def _is_of_a_statement(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and sqlstate_of(error) == CANCELLED
