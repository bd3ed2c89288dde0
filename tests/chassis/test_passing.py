"""Which failures pass, and which of them leave nothing to be done meanwhile."""

import pytest
from sqlalchemy.exc import DBAPIError

from chassis.passing import TryAgain, is_away, is_passing


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
        (of_the_database("23505"), False, False),
        (ValueError(), False, False),
    ],
    ids=repr,
)
def test_a_failure_of_one_thing_is_told_from_a_server_that_is_away(error: Exception, passes: bool, away: bool) -> None:
    assert (is_passing(error), is_away(error)) == (passes, away)
