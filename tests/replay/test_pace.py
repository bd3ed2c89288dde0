"""How fast a replay runs when nobody says how fast, and which run is too short for its kills."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from contracts.clock import Clock
from deploy.local.player import moment_of
from deploy.local.program import CannotStart
from tests.replay.__main__ import main
from tests.replay.acts import QUIET_DAYS, acts_of, begins, ends
from tests.replay.history import COLUMNS, read
from tests.replay.judgement import expected
from tests.replay.kills import LAST, ON_THE_PATH, plan, shortest
from tests.replay.pace import DAY, FASTEST, HELD, SLOWEST, ClockNotHeld, at_the_fastest, highest, up_in_time
from tests.replay.report import Replay, compare
from tests.replay.test_kills import NOON, PROCESSES, seconds
from workflows.dunning.scenario import STANDARD


def a_history(directory: Path) -> Path:
    """Of one invoice: from its issue to the end it is 42 days."""
    path = directory / "history.csv"
    path.write_text(f"{','.join(COLUMNS)}\n391,buyer,1,1/1/2013,1/20/2013,5.50,1/30/2013\n")
    return path


def a_machine(holds: float, tried: list[float], replay: Replay) -> Callable[[float], Replay]:
    def attempt(speed: float) -> Replay:
        tried.append(speed / DAY)
        if speed > holds:
            raise ClockNotHeld(speed, timedelta(days=3))
        return replay

    return attempt


@pytest.fixture
def replay(tmp_path: Path) -> Replay:
    entries = read(a_history(tmp_path))
    nothing = expected(entries, STANDARD, begins(entries).date())
    return compare({}, [], nothing, without_kills=nothing, steps={}, closed={}, after_payment=(), latest_act=0.0)


@pytest.mark.parametrize(("holds", "tried"), [(8, [4]), (4, [4]), (3, [4, 2]), (0.3, [4, 2, 1, 0.5, 0.25])])
def test_the_fastest_is_four_days_a_second_or_half_of_it_as_often_as_the_machine_is_late(
    holds: float, tried: list[float], replay: Replay
) -> None:
    at, said = list[float](), list[str]()

    assert at_the_fastest(a_machine(holds * DAY, at, replay), FASTEST, said.append) is replay
    assert at == tried
    assert said[0] == "Begins at 4 business days a second, the most that is tried."
    assert len(said) == len(tried)


def test_a_machine_that_holds_no_clock_is_told_so(replay: Replay) -> None:
    tried = list[float]()
    with pytest.raises(ClockNotHeld, match=r"At 0\.25 business days a second"):
        at_the_fastest(a_machine(SLOWEST / 2, tried, replay), FASTEST, lambda _: None)
    assert len(tried) == 5


@pytest.mark.parametrize(("speed", "late"), [(FASTEST, 0.37), (DAY, 1.4), (SLOWEST, 5.9), (FASTEST, -5)])
def test_a_stack_may_be_up_as_late_as_an_act_may_come(speed: float, late: float) -> None:
    up_in_time(Clock(started=NOON, speed=speed), seconds(late))


def test_a_slow_start_is_told_and_no_slower_clock_tried(replay: Replay) -> None:
    tried = list[float]()

    def attempt(speed: float) -> Replay:
        tried.append(speed)
        up_in_time(Clock(started=NOON, speed=speed), seconds(14))
        return replay

    with pytest.raises(CannotStart, match="75 s are planned for its start, and it took 14 more"):
        at_the_fastest(attempt, FASTEST, lambda _: None)
    assert tried == [FASTEST]


def test_a_history_lasts_until_every_step_of_its_last_payment_has_come(tmp_path: Path) -> None:
    entries = read(a_history(tmp_path))

    assert begins(entries) == datetime.fromisoformat("2013-01-01T00:00:00+00:00")
    assert ends(entries) == max(moment_of(act) for act in acts_of(entries)) + timedelta(days=QUIET_DAYS)


@pytest.mark.parametrize("kills", [0.5, 1, 2])
@pytest.mark.parametrize("seed", range(20))
def test_at_the_fastest_something_that_is_needed_is_killed_in_the_shortest_history(seed: int, kills: float) -> None:
    length = timedelta(days=42)
    speed = highest(length, kills)
    up, end = NOON + HELD / speed, NOON + length / speed  # as late as a stack may be up

    drawn = list(plan(seed, PROCESSES, begin=up, end=end - LAST, per_minute=kills))

    assert abs(end - up - shortest(kills)) < timedelta(milliseconds=1)
    assert drawn[0][1] in ON_THE_PATH


@pytest.mark.parametrize(("length", "kills"), [(42, 0), (750, 1)])
def test_kills_slow_down_no_history_that_has_room_for_them(length: int, kills: float) -> None:
    assert highest(timedelta(days=length), kills) == FASTEST


def test_a_run_that_is_too_short_for_its_kills_is_refused_before_it_begins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At a day a second it would be over after 42 s."""
    assert main([str(a_history(tmp_path)), "--kills", "1", "--speed", "86400"], tmp_path) == 2
    assert "With KILLS=1 a run must last 90 s: choose SPEED=38440 or less" in capsys.readouterr().out


def test_the_real_history_has_room_for_kills_at_the_fastest(shared_data: Path) -> None:
    entries = read(shared_data / "receivables" / "late-payment-history.csv")
    assert highest(ends(entries) - begins(entries), 1) == FASTEST
