"""Pages by cursor: nothing twice, nothing left out, and a cursor that is not ours is refused by name."""

import base64
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import TypeAdapter

from chassis.paging import DAY_AND_ID, MOMENT_AND_ID, NUMBER, encode, page_of, position_of
from chassis.problems import InvalidField

ID = UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7")
NOON = datetime(2026, 2, 3, 12, 0, 0, 123456, tzinfo=UTC)


def cursor_of(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("position", "kind"),
    [((NOON, ID), MOMENT_AND_ID), ((date(2026, 2, 3), ID), DAY_AND_ID), ((7,), NUMBER)],
)
def test_a_cursor_leads_back_to_its_position(position: tuple[object, ...], kind: TypeAdapter[Any]) -> None:
    assert position_of(encode(*position), kind) == position


def test_the_first_page_has_no_position() -> None:
    assert position_of(None, MOMENT_AND_ID) is None


@pytest.mark.parametrize(
    "cursor",
    [
        "", "x", "é", "a b", "_w",
        cursor_of("no"),
        cursor_of("{}"),
        cursor_of("[]"),
        cursor_of('["2026-02-03T12:00:00Z"]'),
        cursor_of(f'["2026-02-03T12:00:00", "{ID}"]'),
        cursor_of(f'["0001-01-01T00:00:00+14:00", "{ID}"]'),
        cursor_of(f'["9999-12-31T23:00:00-12:00", "{ID}"]'),
        cursor_of(f'[1770120000, "{ID}"]'),
        cursor_of('["2026-02-03T12:00:00Z", "x"]'),
        cursor_of(f'["2026-02-03T12:00:00Z", "{ID}", 1]'),
        cursor_of("[" * 5_000),
        cursor_of("9" * 5_000),
    ],
)  # fmt: skip
def test_a_cursor_of_one_s_own_making_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        position_of(cursor, MOMENT_AND_ID)

    assert refusal.value.errors[0]["field"] == "cursor"
    assert refusal.value.errors[0]["expected"] == "the `next` of the page before"


@pytest.mark.parametrize("number", ["-1", "1.5", '"1"', "true", "9223372036854775808"])
def test_a_number_that_no_row_can_have_is_refused(number: str) -> None:
    with pytest.raises(InvalidField):
        position_of(cursor_of(f"[{number}]"), NUMBER)


@pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 10])
def test_the_pages_of_a_list_hold_each_row_once(count: int) -> None:
    seen: list[int] = []
    cursor, pages = None, 0
    while cursor or not pages:
        page = page_of(rows_after(position_of(cursor, NUMBER), count, 5 + 1), 5, str, position=lambda row: (row,))
        seen += map(int, page.items)
        cursor, pages = page.next, pages + 1

    assert seen == list(range(count))
    assert pages == max(1, -(-count // 5))


def rows_after(position: tuple[int] | None, count: int, limit: int) -> Sequence[int]:
    first = position[0] + 1 if position else 0
    return range(count)[first : first + limit]
