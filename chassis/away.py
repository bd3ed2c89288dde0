"""503 in place of 500 where a server that an API needs is out of reach: no error of its own."""

import logging

import nats.errors
from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chassis.passing import is_away
from chassis.problems import problem
from chassis.redaction import redacted

log = logging.getLogger(__name__)

MAY_BE_AWAY = (DBAPIError, PoolTimeout, OSError, nats.errors.Error)
"""By class, for Starlette answers what is registered as `Exception` outside of everything that counts and traces."""


def add_away_handler(app: FastAPI) -> None:
    for kind in MAY_BE_AWAY:
        app.add_exception_handler(kind, _away)


async def _away(request: Request, error: Exception) -> Response:
    """Raises the error again when it is our own, for the handler of what is unexpected."""
    if not is_away(error) or _is_of_a_file(error):
        raise error
    log.warning("a request waits for a server: %r", error, extra={"path": redacted(request.url.path)})
    return problem(503, "server_away", "A server that is needed here does not answer. Trying again is safe.")


def _is_of_a_file(error: Exception) -> bool:
    """One that is missing or may not be read is missing for ever."""
    return isinstance(error, OSError) and error.filename is not None
