"""What a strike did is what is noted of it, and a seed draws the same whatever comes first."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx2
import pytest
from nats.errors import Error as NatsError

from chassis.clock import real_now
from deploy.local.stack import Stack
from deploy.local.state import Condition
from tests.chaos import report
from tests.chaos import striker as striker_module
from tests.chaos.blows import Blow
from tests.chaos.effects import by_family, with_effect, without_effect
from tests.chaos.mailbox.faults import FAMILIES, Fault, Struck
from tests.chaos.mailbox.receiver import STRUCK
from tests.chaos.options import LONG_ENOUGH_S, options_of
from tests.chaos.portfolio import BRISK
from tests.chaos.publisher import StubbornPlayer, tellings
from tests.chaos.repetitions import REPEATED, REPETITIONS, repetitions
from tests.chaos.run import _in_vain
from tests.chaos.striker import Striker
from tests.chaos.strikes import Kind, Strike
from tests.chaos.test_judge import NOON
from tests.chaos.test_report import an_outcome

WORKERS = ("billing-worker", "billing-worker-2")
HELD = Strike(1, Kind.HOLD, WORKERS, seconds=0.3)
RELEASED = replace(HELD, at=1.3, kind=Kind.RELEASE)


@dataclass
class Child:
    """A process of a stack that is none. `signals`: what it was sent, and when."""

    condition: Condition = Condition.READY
    pid: int | None = 1
    signals: list[tuple[signal.Signals, datetime]] = field(default_factory=list)
    since: datetime = NOON

    def kill(self, number: signal.Signals) -> None:
        self.signals.append((number, real_now()))

    @property
    def state(self) -> "Child":
        return self

    def when(self, number: signal.Signals) -> datetime:
        return next(at for sent, at in self.signals if sent is number)


class Bus:
    """Holds three events of each stream. `fails`: whether it takes any."""

    def __init__(self, *, fails: bool) -> None:
        self.fails = fails
        self.taken: list[str] = []

    async def stream_info(self, stream: str) -> Any:
        return SimpleNamespace(state=SimpleNamespace(first_seq=4, last_seq=6))

    async def get_msg(self, stream: str, *, seq: int) -> Any:
        assert 4 <= seq <= 6
        return SimpleNamespace(subject=stream, data=b"{}", headers={"Nats-Msg-Id": "old"})

    async def publish(self, subject: str, data: bytes, *, headers: dict[str, str], timeout: float) -> None:
        if self.fails:
            raise NatsError
        self.taken.append(headers["Nats-Msg-Id"])


class Http:
    """A mailbox and a dunning that answer with a status."""

    def __init__(self, status: int) -> None:
        self.status = status

    async def put(self, url: str, **_: Any) -> httpx2.Response:
        return httpx2.Response(204)

    async def request(self, method: str, url: str, **_: Any) -> httpx2.Response:
        return httpx2.Response(self.status, text="no")


Hand = Callable[..., tuple[Striker, dict[str, Child]]]


@pytest.fixture
def hand(tmp_path: Path) -> Hand:
    """A striker over a stack of these children."""

    def make(*, fails: bool = False, status: int = 200) -> tuple[Striker, dict[str, Child]]:
        children = {name: Child() for name in (*WORKERS, "notify", "mailbox")}

        def kill(name: str, number: signal.Signals) -> None:
            children[name].kill(number)

        stack = SimpleNamespace(
            supervisor=SimpleNamespace(children=children),
            kill=kill,
            urls={"mailbox": "http://mailbox", "dunning": "http://dunning"},
            servers=SimpleNamespace(mailbox=SimpleNamespace(data_dir=tmp_path)),
        )
        player = SimpleNamespace(js=Bus(fails=fails), http=Http(status), token=lambda: "token")
        return Striker(cast("Stack", stack), cast("StubbornPlayer", player), BRISK, seed=7), children

    return make


def noted(striker: Striker) -> list[tuple[Kind, bool]]:
    return [(blow.strike.kind, blow.had_effect) for blow in striker.blows]


async def strike(striker: Striker, *strikes: Strike) -> None:
    await striker.strike_all(strikes, began=real_now() - timedelta(seconds=100))


async def test_the_consumer_is_held_as_long_as_planned_even_if_it_was_being_restarted(hand: Hand) -> None:
    striker, children = hand()
    children[WORKERS[1]].condition = Condition.STARTING
    asyncio.get_running_loop().call_later(0.5, setattr, children[WORKERS[1]], "condition", Condition.READY)
    await strike(striker, HELD, RELEASED)
    held, released = striker.blows
    assert timedelta(seconds=0.3) <= released.at - held.at < timedelta(seconds=5)
    assert all(
        child.when(signal.SIGCONT) - held.at >= timedelta(seconds=0.3) for child in map(children.get, WORKERS) if child
    )
    assert noted(striker) == [(Kind.HOLD, True), (Kind.RELEASE, True)]


async def test_a_consumer_that_is_held_is_killed_once_it_is_released(hand: Hand) -> None:
    striker, children = hand()
    await strike(striker, HELD, replace(HELD, kind=Kind.KILL, targets=(WORKERS[0], "notify")), RELEASED)
    held = children[WORKERS[0]]
    assert held.when(signal.SIGKILL) >= held.when(signal.SIGCONT)
    assert children["notify"].when(signal.SIGKILL) < held.when(signal.SIGCONT)
    assert sorted(death.name for death in striker.deaths) == [WORKERS[0], "notify"]


async def test_a_consumer_that_does_not_come_back_is_not_held_and_the_strikes_go_on(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(striker_module, "HEALED_WITHIN_S", 0.1)
    striker, children = hand()
    children[WORKERS[1]].condition, children[WORKERS[1]].pid = Condition.STARTING, None
    await strike(striker, HELD, RELEASED)
    assert noted(striker) == [(Kind.HOLD, False), (Kind.RELEASE, False)]


async def test_what_does_not_come_back_in_time_is_named(hand: Hand) -> None:
    striker, children = hand()
    children["notify"].condition, children["notify"].since = Condition.STARTING, NOON + timedelta(minutes=1)
    assert await striker.heal(within=0.1) == (NOON, ("notify",))
    children["notify"].condition = Condition.READY
    assert await striker.heal(within=0.1) == (NOON + timedelta(minutes=1), ())


async def test_a_kill_of_what_was_down_had_no_effect(hand: Hand) -> None:
    striker, children = hand()
    children["notify"].pid = None
    await strike(striker, Strike(1, Kind.KILL, ("notify",)), Strike(2, Kind.KILL, ("mailbox",)))
    assert noted(striker) == [(Kind.KILL, False), (Kind.KILL, True)]


async def test_an_ambush_that_no_message_came_into_had_no_effect(hand: Hand) -> None:
    striker, _ = hand()
    await strike(striker, Strike(1, Kind.AMBUSH, ("notify",), Fault.KEEP_AND_LINGER, 0.1))
    assert noted(striker) == [(Kind.AMBUSH, False)]


@pytest.mark.parametrize(
    ("fault", "after_s", "met"),
    [(Fault.REFUSE_RECIPIENT, 1.0, True), (Fault.DROP, 1.0, False), (Fault.REFUSE_RECIPIENT, -5, False)],
)
async def test_a_spell_had_an_effect_when_it_met_a_message(
    hand: Hand, tmp_path: Path, fault: Fault, after_s: float, met: bool
) -> None:
    striker, _ = hand()
    line = Struck(fault=fault, at=real_now() + timedelta(seconds=after_s), recipient=None)
    (tmp_path / STRUCK).write_text(line.model_dump_json() + "\n")
    await strike(striker, Strike(1, Kind.FAULT, fault=Fault.REFUSE_RECIPIENT, seconds=1.5))
    assert noted(striker) == [(Kind.FAULT, met)]


async def test_the_families_that_met_nothing_have_a_spell_more_and_no_other(hand: Hand) -> None:
    striker, _ = hand()
    met, *others = FAMILIES
    striker.blows.append(Blow(NOON, Strike(1, Kind.FAULT, fault=met[-1]), effect="met 3 messages"))
    striker.blows += [Blow(NOON, Strike(1, Kind.FAULT, fault=family[0])) for family in others]

    await striker.make_up(600, spell=0.01)

    further = striker.blows[len(FAMILIES) :]
    assert [(blow.strike.at, blow.strike.fault) for blow in further] == [(600, family[0]) for family in others]


@pytest.mark.parametrize("fails", [False, True])
async def test_repetitions_count_when_a_stream_took_them(hand: Hand, fails: bool) -> None:
    striker, _ = hand(fails=fails)
    again = Strike(1, Kind.REPEAT)
    await strike(striker, again)
    assert noted(striker) == [(Kind.REPEAT, not fails)]
    names = [name for stream in REPEATED for name, _ in repetitions(7, again, stream)]
    assert cast("Any", striker.player.js).taken == ([] if fails else names)


@pytest.mark.parametrize(("status", "is_published"), [(200, True), (422, False)])
async def test_a_version_counts_once_it_is_published(hand: Hand, status: int, is_published: bool) -> None:
    striker, _ = hand(status=status)
    await strike(striker, Strike(1, Kind.PUBLISH))
    assert noted(striker) == [(Kind.PUBLISH, is_published)]
    assert bool(striker.problems) is not is_published


def all_kinds(effect: str) -> list[Blow]:
    kinds = [Strike(1, kind) for kind in Kind if kind is not Kind.FAULT]
    faults = [Strike(1, Kind.FAULT, fault=family[-1], seconds=3) for family in FAMILIES]
    return [Blow(NOON, strike, effect=effect) for strike in (*kinds, *faults)]


def test_a_long_run_says_which_family_of_faults_did_nothing(tmp_path: Path) -> None:
    assert without_effect(all_kinds("something")) == []
    blows = [*all_kinds("something")[:-1], all_kinds("")[-1], all_kinds("")[0]]
    (problem,) = without_effect(blows)
    family = "connection dropped after the content was accepted"
    assert problem == f"the relay misbehaves: {family}: 1 strikes, none of them had an effect"
    for minutes, expected in ((1, []), (LONG_ENOUGH_S / 60, [problem])):
        assert _in_vain(options_of(seed=1, invoices=5, minutes=minutes, data_dir=tmp_path), blows) == expected


def test_to_lose_what_was_sent_does_not_stand_for_dropping_the_connection_once_it_was_accepted() -> None:
    blows = [
        replace(blow, effect="" if blow.strike.fault is Fault.KEEP_AND_DROP else "met 3 messages")
        for blow in all_kinds("")
    ]
    assert without_effect(blows) == [
        "the relay misbehaves: connection dropped after the content was accepted: 1 strikes, none of them had an effect"
    ]


def test_the_report_counts_what_had_an_effect() -> None:
    blows = [*all_kinds("something"), all_kinds("")[0]]
    counted = {name: (len(found), with_effect(found)) for name, found in by_family(blows).items()}
    assert set(counted.values()) == {(1, 1), (2, 1)}
    assert replace(an_outcome(), blows=blows).details()["strikes"] == {name: list(n) for name, n in counted.items()}
    assert report.SUMMARY == "chaos.json"


def test_a_deed_is_told_as_its_seed_says_whichever_comes_first() -> None:
    numbers: Sequence[int] = range(200)
    in_order = {number: tellings(3, number) for number in numbers}
    assert in_order == {number: tellings(3, number) for number in reversed(numbers)}
    assert in_order != {number: tellings(4, number) for number in numbers}
    assert {len(told) for told in in_order.values()} == {1, 2}
    assert {form for told in in_order.values() for form in told} == {True, False}


def test_what_is_repeated_is_drawn_from_the_seed_and_the_strike_alone() -> None:
    one, other = Strike(9, Kind.REPEAT), Strike(30, Kind.REPEAT)
    assert repetitions(3, one, "BILLING") == repetitions(3, one, "BILLING")
    drawn = [repetitions(3, one, "BILLING"), repetitions(3, other, "BILLING"), repetitions(4, one, "BILLING")]
    assert len({tuple(share for _, share in each) for each in drawn}) == 3
    assert all(len(each) == REPETITIONS and all(0 <= share < 1 for _, share in each) for each in drawn)


def test_the_portfolio_ends_at_the_same_business_instant_whenever_the_stack_is_up(tmp_path: Path) -> None:
    options = options_of(seed=1, invoices=5, minutes=1, data_dir=tmp_path)
    clock = options.clock
    assert options.ends == clock.business(clock.started + timedelta(seconds=60))
