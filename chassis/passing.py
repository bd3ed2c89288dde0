"""Failures that pass: what a server out of reach causes, and not the message."""

import asyncio

import nats.errors
from asyncpg.exceptions import InterfaceError, PostgresError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class TryAgain(Exception):
    """Something that the handler needs is out of reach for now: the message waits, however long it takes."""


PASSING_CLASSES = {"08", "53", "57", "40", "55"}
"""Of SQLSTATE: connection, resources, shutdown, serialization and deadlock, lock not available."""
PASSING_STATES = {"25006", "25P03", "25P04"}
"""Read-only, as a demoted primary and a full disk are; idle and whole transaction timeouts.

The rest of class 25 is our own: a handler that goes on after a failed statement would else wait for ever.
"""

OF_ONE_ROW = {"40", "55"}
"""Of the passing classes: what another transaction stands in the way of."""


CLOSED = "connection is closed"
"""How the driver tells of a server that went away while a connection was being made, which SQLAlchemy does not wrap."""


def is_passing(error: BaseException) -> bool:
    """Whether a server out of reach, not the message, is the cause."""
    if isinstance(error, TryAgain | OSError | TimeoutError | asyncio.TimeoutError | PoolTimeout | nats.errors.Error):
        return True
    if isinstance(error, InterfaceError):
        return str(error).endswith(CLOSED)
    if isinstance(error, DBAPIError | PostgresError):
        state = sqlstate_of(error)
        return _is_cut(error) or state[:2] in PASSING_CLASSES or state in PASSING_STATES
    return False


def is_away(error: BaseException) -> bool:
    """Whether the server itself is out of reach: whatever else is to be done there cannot be done either."""
    if sqlstate_of(error)[:2] in OF_ONE_ROW and not _is_cut(error):
        return False
    return is_passing(error) and not isinstance(error, TryAgain)


def _is_cut(error: BaseException) -> bool:
    return isinstance(error, DBAPIError) and error.connection_invalidated


def words_of(error: BaseException) -> str:
    """For a log: the representation of nats-py's errors is their name alone."""
    return str(error) if isinstance(error, nats.errors.Error) else repr(error)


def sqlstate_of(error: BaseException) -> str:
    """Of the database's error, also of one that SQLAlchemy did not wrap; else empty."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(origin, "sqlstate", None) or "")
