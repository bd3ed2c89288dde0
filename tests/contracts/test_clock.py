"""Business time runs at its speed, and both ways agree."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.clock import Clock

JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
A_DAY_A_SECOND = Clock(origin=JANUARY, started=datetime(2026, 6, 1, tzinfo=UTC), speed=86_400)
instants = st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis wants naive bounds)
speeds = st.floats(min_value=1, max_value=1_000_000)


@given(instants)
def test_in_production_business_time_is_real_time(now: datetime) -> None:
    assert Clock().business(now) == now
    assert Clock().real(now) == now


def test_at_a_day_a_second_a_minute_shows_sixty_days() -> None:
    minute_later = A_DAY_A_SECOND.started + timedelta(minutes=1)

    assert A_DAY_A_SECOND.business(minute_later) == JANUARY + timedelta(days=60)
    assert A_DAY_A_SECOND.real_span(timedelta(days=60)) == timedelta(minutes=1)


@given(started=instants, later=st.timedeltas(timedelta(0), timedelta(hours=1)), speed=speeds)
def test_there_and_back_is_the_same_instant(started: datetime, later: timedelta, speed: float) -> None:
    clock = Clock(origin=JANUARY, started=started, speed=speed)
    real = started + later

    assert abs(clock.real(clock.business(real)) - real) <= timedelta(microseconds=2)


@given(first=instants, later=st.timedeltas(timedelta(0), timedelta(days=30)), speed=speeds)
def test_time_never_runs_backwards(first: datetime, later: timedelta, speed: float) -> None:
    clock = Clock(origin=JANUARY, started=datetime(2025, 1, 1, tzinfo=UTC), speed=min(speed, 1_000))

    assert clock.business(first) <= clock.business(first + later)


@pytest.mark.parametrize("speed", [0, -1, 10_000_001])
def test_a_clock_that_stands_or_runs_backwards_is_refused(speed: float) -> None:
    with pytest.raises(ValidationError, match="speed"):
        Clock(speed=speed)
