"""The business day of the organisation, also where it is not that of UTC."""

from datetime import UTC, date, datetime

import pytest

from chassis.dates import business_day, end_of, first_today, last_today


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-01-31T22:59:59Z", "2026-01-31"),
        ("2026-01-31T23:00:00Z", "2026-02-01"),
        ("2026-06-30T21:59:59Z", "2026-06-30"),
        ("2026-06-30T22:30:00Z", "2026-07-01"),
    ],
)
def test_half_past_midnight_in_paris_is_not_of_the_day_before(now: str, day: str) -> None:
    assert business_day(datetime.fromisoformat(now)) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2026, 1, 31), datetime(2026, 1, 31, 23, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC)),  # 23 hours: summer time begins
        (date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),
    ],
)
def test_a_day_ends_when_the_next_begins_there(day: date, end: datetime) -> None:
    assert end_of(day) == end


def test_today_is_another_day_somewhere_on_earth() -> None:
    morning, evening = datetime(2026, 3, 9, 11, tzinfo=UTC), datetime(2026, 3, 9, 13, tzinfo=UTC)

    assert (first_today(morning), last_today(morning)) == (date(2026, 3, 8), date(2026, 3, 10))
    assert (first_today(evening), last_today(evening)) == (date(2026, 3, 9), date(2026, 3, 10))
    assert last_today(datetime(2026, 3, 9, 9, tzinfo=UTC)) == date(2026, 3, 9)
