"""How attempts are counted, given back and forgotten: many examples, and what holds for every course of them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.throttle.domain import ALLOWANCES, Allowance, Count, wait_of, with_one_back, with_one_more
from services.identity.throttle.models import Target

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
INSTANT = timedelta(microseconds=1)
FRESH = Count(0, START, START)
ACCOUNT, OFFICE = ALLOWANCES[Target.ACCOUNT], ALLOWANCES[Target.ADDRESS]

targets = st.sampled_from(list(ALLOWANCES.values()))
every_target = pytest.mark.parametrize("allowance", ALLOWANCES.values(), ids=ALLOWANCES)
gaps = st.integers(min_value=0, max_value=40_000).map(lambda seconds: timedelta(seconds=seconds))
counts = st.integers(min_value=1, max_value=80)


def after(attempts: Iterable[timedelta], allowance: Allowance, count: Count = FRESH) -> Count:
    """Attempts in vain so long after the start; those that a lock refuses are not counted."""
    for each in attempts:
        if not wait_of(count, allowance, now=START + each):
            count = with_one_more(count, allowance, now=START + each)
    return count


def attacked(allowance: Allowance, attempts: int) -> list[Count]:
    """Each attempt as soon as the one before allows it."""
    counts = [with_one_more(FRESH, allowance, now=START)]
    while len(counts) < attempts:
        counts.append(with_one_more(counts[-1], allowance, now=counts[-1].locked_until))
    return counts


def failures_at(count: Count, allowance: Allowance, moment: datetime) -> int:
    """Those that are not forgotten then: one fewer than after one more."""
    return with_one_more(count, allowance, now=moment).failures - 1


@pytest.mark.parametrize(
    ("allowance", "made", "later", "left"),
    [
        (ACCOUNT, 4, timedelta(0), 4),
        (ACCOUNT, 4, 6 * HOUR - INSTANT, 4),
        (ACCOUNT, 4, 6 * HOUR, 3),
        (ACCOUNT, 4, 12 * HOUR, 2),
        (ACCOUNT, 4, 24 * HOUR, 0),
        (ACCOUNT, 1, 6 * HOUR, 0),
        (OFFICE, 29, HOUR, 28),
        (OFFICE, 29, 12 * HOUR, 15),
        (OFFICE, 29, DAY + INSTANT, 0),
        (OFFICE, 1, HOUR, 0),
        (ALLOWANCES[Target.PROVIDER], 50, 12 * HOUR, 25),
        (ALLOWANCES[Target.RESET], 2, 11 * HOUR, 2),
        (ALLOWANCES[Target.RESET], 2, 12 * HOUR, 1),
    ],
)
def test_attempts_are_forgotten_evenly_over_a_day(allowance: Allowance, made: int, later: timedelta, left: int) -> None:
    count = after([timedelta(0)] * made, allowance)

    assert failures_at(count, allowance, START + later) == left


@given(targets, counts)
def test_a_day_without_an_attempt_forgets_them_all(allowance: Allowance, made: int) -> None:
    attempts = attacked(allowance, made)
    last = attempts[-1].locked_until - allowance.delay(attempts[-1].failures)

    assert failures_at(attempts[-1], allowance, last + DAY + INSTANT) == 0


@every_target
def test_an_attack_is_locked_for_longer_and_longer_as_the_allowance_says(allowance: Allowance) -> None:
    counts = [each for each in attacked(allowance, 100) if each.locked_until - START < allowance.forgets_each]

    assert [each.failures for each in counts] == list(range(1, len(counts) + 1))
    assert len(counts) > allowance.free + 5


@every_target
def test_an_attack_that_goes_on_for_days_gains_no_shorter_lock(allowance: Allowance) -> None:
    counts = attacked(allowance, 1000)
    locks = [allowance.delay(each.failures) for each in counts]

    assert all(before <= later for before, later in pairwise(locks))
    assert locks[-500:] == [allowance.longest] * 500


@given(st.lists(st.lists(st.integers(0, 86_399), max_size=OFFICE.free // 2), max_size=30))
def test_some_slips_a_day_never_lock_whenever_they_come_and_for_however_long(days: list[list[int]]) -> None:
    count = FRESH
    for number, slips in enumerate(days):
        for second in sorted(slips):
            count = with_one_more(count, OFFICE, now=START + number * DAY + second * SECOND)
            assert count.failures <= OFFICE.free


@given(st.lists(gaps.map(lambda gap: gap / 100), max_size=60))
def test_attempts_that_succeed_keep_none_from_being_forgotten(between: list[timedelta]) -> None:
    count, now = after([timedelta(0)] * 20, OFFICE), START
    for gap in between:
        now += gap
        count = with_one_back(with_one_more(count, OFFICE, now=now), OFFICE, taken_at=now)

    assert count.failures == max(20 - (now - START) // OFFICE.forgets_each, 0)


@given(targets, st.lists(st.tuples(gaps.map(lambda gap: gap / 50), st.booleans()), max_size=100))
def test_whoever_knows_a_password_may_guess_no_more_often(
    allowance: Allowance, attempts: list[tuple[timedelta, bool]]
) -> None:
    """Guesses among sign-ins that succeed are counted and locked as they are without them."""
    alone = among = FRESH
    now = START
    for gap, succeeds in attempts:
        now += gap
        if now - START > DAY:
            break
        assert bool(wait_of(alone, allowance, now=now)) == bool(wait_of(among, allowance, now=now))
        if wait_of(alone, allowance, now=now):
            continue
        among = with_one_more(among, allowance, now=now)
        if succeeds:
            among = with_one_back(among, allowance, taken_at=now)
        else:
            alone = with_one_more(alone, allowance, now=now)
            assert among == alone


def test_a_sign_in_that_succeeds_leaves_no_lock_behind_and_the_others_counted() -> None:
    guessed = attacked(OFFICE, 33)[-1]
    tried = with_one_more(guessed, OFFICE, now=guessed.locked_until)
    back = with_one_back(tried, OFFICE, taken_at=guessed.locked_until)

    assert (tried.failures, back.failures, back.locked_until) == (34, 33, guessed.locked_until)
    assert with_one_more(back, OFFICE, now=back.locked_until).locked_until == back.locked_until + 32 * SECOND


def test_a_lock_of_others_meanwhile_stays_as_long_as_it_would_be_without_the_one_that_succeeds() -> None:
    ours = after([timedelta(0)] * 29, OFFICE)  # the last of them is still being looked at
    theirs = with_one_more(ours, OFFICE, now=START + SECOND)
    worse = with_one_more(theirs, OFFICE, now=START + 4 * SECOND)

    assert with_one_back(theirs, OFFICE, taken_at=START).locked_until == START + SECOND
    back = with_one_back(worse, OFFICE, taken_at=START)
    assert (back.failures, back.locked_until) == (30, START + 6 * SECOND)


def test_free_attempts_at_the_same_moment_may_come_in_out_of_order() -> None:
    later = with_one_more(FRESH, OFFICE, now=START + SECOND)

    assert wait_of(later, OFFICE, now=START) == timedelta(0)
    assert with_one_more(later, OFFICE, now=START).failures == 2


def test_what_is_given_back_too_often_leaves_nothing_in_store() -> None:
    back = with_one_back(FRESH, OFFICE, taken_at=START)

    assert (back.failures, with_one_more(back, OFFICE, now=START).failures) == (0, 1)


def test_a_count_of_before_is_read_as_if_its_attempts_were_of_its_last_moment() -> None:
    before = Count(failures=29, last_at=START, locked_until=START)

    assert failures_at(before, OFFICE, START + 2 * HOUR) == 27
