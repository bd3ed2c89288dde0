"""Which failures pass, and which of them leave nothing to be done meanwhile."""

import nats.errors
import pytest
from asyncpg import exceptions as asyncpg
from nats.js.errors import NoStreamResponseError
from sqlalchemy.exc import DBAPIError

from chassis.passing import TryAgain, is_away, is_passing, words_of


class Refusal(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def of_the_database(sqlstate: str, *, is_cut: bool = False) -> DBAPIError:
    return DBAPIError("select 1", {}, Refusal(sqlstate), connection_invalidated=is_cut)


@pytest.mark.parametrize(
    ("error", "passes", "away"),
    [
        (ConnectionRefusedError(), True, True),
        (TimeoutError(), True, True),
        (of_the_database("57P01"), True, True),
        (of_the_database("25006"), True, True),
        (of_the_database("40P01"), True, False),  # a deadlock with another transaction
        (of_the_database("55P03"), True, False),
        (of_the_database("40P01", is_cut=True), True, True),
        (TryAgain("later"), True, False),
        (asyncpg.InterfaceError("connection is closed"), True, True),  # cut while it was being made
        (asyncpg.InterfaceError("another operation is in progress"), False, False),
        (asyncpg.CannotConnectNowError("the database system is starting up"), True, True),
        (asyncpg.UndefinedTableError("nowhere"), False, False),
        (of_the_database("23505"), False, False),
        (ValueError(), False, False),
    ],
    ids=repr,
)
def test_a_failure_of_one_thing_is_told_from_a_server_that_is_away(error: Exception, passes: bool, away: bool) -> None:
    assert (is_passing(error), is_away(error)) == (passes, away)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NoStreamResponseError(), "nats: no response from stream"),
        (nats.errors.TimeoutError(), "nats: timeout"),
        (ConnectionRefusedError(111, "refused"), "ConnectionRefusedError(111, 'refused')"),
    ],
    ids=repr,
)
def test_a_log_has_the_cause_and_not_its_name_alone(error: Exception, words: str) -> None:
    assert words_of(error) == words
