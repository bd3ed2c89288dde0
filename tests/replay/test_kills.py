"""When what is killed, and what each kill may hold up."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from contracts.clock import Clock
from deploy.local.catalogue import Servers
from deploy.local.ports import configured_ports
from tests.replay.expectation import Outage
from tests.replay.kills import ON_THE_PATH, Kill, delays, outages, plan
from tests.replay.processes import processes

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PROCESSES = [*ON_THE_PATH, "console", "identity", "identity-worker", "notify-worker", "quotes", "quotes-worker"]


def seconds(count: float) -> datetime:
    return NOON + timedelta(seconds=count)


def a_kill(name: str, at: float, away: float = 4) -> Kill:
    return Kill(name, seconds(at), seconds(at + away))


@pytest.mark.parametrize("name", ["console", "identity", "identity-worker", "quotes", "quotes-worker", "notify-worker"])
def test_a_process_that_no_step_needs_holds_up_nothing(name: str) -> None:
    assert delays([a_kill(name, 0)]) == []


def test_every_process_that_holds_something_up_is_one_of_the_stack(tmp_path: Path) -> None:
    ports = configured_ports({})
    names = {each.program.name for each in processes(Servers.of(tmp_path, ports), {}, ports)}

    assert names >= ON_THE_PATH
    assert names - ON_THE_PATH == {
        "provision",
        "migrate",
        "console",
        "identity",
        "identity-worker",
        "notify-worker",
        "quotes",
        "quotes-worker",
    }


@pytest.mark.parametrize(
    ("kills", "until"),
    [
        ([a_kill("billing", 0, away=4)], 4 + 4 + 5),
        ([a_kill("mailbox", 0, away=60)], 60 + 15 + 5),
        ([a_kill("workflows", 0, away=4)], 4 + 20),
        ([a_kill("nats", 0, away=4), a_kill("console", 20, away=60)], 4 + 20),
        ([a_kill("nats", 0, away=4), a_kill("notify", 20, away=4)], 24 + 15 + 5),
        ([a_kill("nats", 0, away=30), a_kill("notify", 10, away=4)], 30 + 20),
    ],
)
def test_a_delay_ends_once_what_was_held_up_has_been_taken_up_again(kills: Sequence[Kill], until: float) -> None:
    assert delays(kills) == [(seconds(0), seconds(until))]


def test_kills_far_from_each_other_are_two_delays() -> None:
    clock = Clock(origin=datetime(2012, 1, 1, tzinfo=UTC), started=NOON, speed=86_400)

    assert outages([a_kill("nats", 100), a_kill("billing", 0)], clock) == [
        Outage(date(2012, 1, 1), date(2012, 1, 14)),
        Outage(date(2012, 4, 10), date(2012, 5, 4)),
    ]


def test_one_process_is_killed_each_minute_and_each_kind_before_any_again() -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    end = begin + timedelta(minutes=6)
    drawn = list(plan(1, ["a", "b", "c"], begin=begin, end=end, per_minute=1))

    assert [(at - begin) // timedelta(minutes=1) for at, _ in drawn] == list(range(6))
    assert sorted(name for _, name in drawn[:3]) == ["a", "b", "c"]
    assert drawn == list(plan(1, ["a", "b", "c"], begin=begin, end=end, per_minute=1))


@pytest.mark.parametrize("seed", range(200))
def test_the_first_that_is_killed_is_one_that_an_email_or_a_payment_needs(seed: int) -> None:
    end = NOON + timedelta(minutes=16)
    drawn = [name for _, name in plan(seed, PROCESSES, begin=NOON, end=end, per_minute=1)]

    assert drawn[0] in ON_THE_PATH
    assert sorted(drawn) == sorted(PROCESSES)


def test_whatever_is_on_the_path_may_be_the_first_that_is_killed() -> None:
    end = NOON + timedelta(minutes=1)
    drawn = {next(plan(seed, PROCESSES, begin=NOON, end=end, per_minute=1))[1] for seed in range(200)}

    assert drawn == ON_THE_PATH
