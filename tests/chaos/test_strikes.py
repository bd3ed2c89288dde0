"""What a seed draws."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from deploy.local.player import Sale
from tests.chaos.mailbox.faults import FAMILIES, Fault
from tests.chaos.options import LONG_ENOUGH_S
from tests.chaos.pace import of
from tests.chaos.portfolio import deeds
from tests.chaos.strikes import Kind, strikes

PROCESSES = {
    "billing": ["billing", "billing-2"],
    "billing-worker": ["billing-worker", "billing-worker-2"],
    "nats": ["nats"],
    "notify": ["notify"],
    "postgres": ["postgres"],
}
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)


def test_the_same_seed_draws_the_same_run() -> None:
    assert strikes(7, seconds=60, processes=PROCESSES, held=10) == strikes(7, seconds=60, processes=PROCESSES, held=10)
    assert strikes(7, seconds=60, processes=PROCESSES, held=10) != strikes(8, seconds=60, processes=PROCESSES, held=10)
    end = BEGIN + timedelta(days=40)
    one, other = (deeds(7, "demo", invoices=20, begin=BEGIN, end=end) for _ in range(2))
    assert [deed.at for deed in one] == [deed.at for deed in other]


@pytest.mark.parametrize("seed", range(20))
def test_a_minute_kills_every_kind_of_process_and_several_at_once(seed: int) -> None:
    many = {name: [name] for name in ("a", "b", "c", "d", "f", "g", "h", "i", "j", "k")} | PROCESSES
    kills = [each for each in strikes(seed, seconds=60, processes=many, held=15) if each.kind is Kind.KILL]
    assert {name.removesuffix("-2") for strike in kills for name in strike.targets} == set(many)
    assert max(len(strike.targets) for strike in kills) >= 3


@pytest.mark.parametrize("pace", [1, 1.5, 4, 20])
@pytest.mark.parametrize("seed", range(5))
def test_where_processes_start_slowly_they_are_killed_as_rarely_and_each_kind_all_the_same(
    seed: int, pace: float
) -> None:
    plan = strikes(seed, seconds=60, processes=PROCESSES, held=15, pace=pace)
    kills = [each for each in plan if each.kind is Kind.KILL]
    gaps = [later.at - earlier.at for earlier, later in pairwise(kills)]
    assert all(gap >= 1.8 * pace - 0.01 for gap in gaps)
    assert {name.removesuffix("-2") for strike in kills for name in strike.targets} == set(PROCESSES)
    others = [each for each in plan if each.kind not in (Kind.KILL, Kind.FAULT, Kind.AMBUSH, Kind.REPEAT)]
    usual = strikes(seed, seconds=60, processes=PROCESSES, held=15)
    assert others == [each for each in usual if each.kind in (Kind.HOLD, Kind.RELEASE, Kind.PUBLISH)]


@pytest.mark.parametrize(("seconds", "pace"), [(0.4, 1), (1.2, 1), (1.7, 1), (1.8, 1.5), (3.0, 3), (3.7, 4), (10, 17)])
def test_the_pace_grows_with_how_long_a_process_takes_to_load(seconds: float, pace: float) -> None:
    assert of(seconds) == pace


@pytest.mark.parametrize("seed", range(20))
def test_a_minute_has_every_family_of_faults_and_an_ambush(seed: int) -> None:
    plan = strikes(seed, seconds=60, processes=PROCESSES, held=15)
    drawn = {strike.fault for strike in plan if strike.kind is Kind.FAULT}
    assert all(drawn & set(family) for family in FAMILIES)
    assert ("notify",) in [strike.targets for strike in plan if strike.kind is Kind.AMBUSH]
    assert [strike.migrate for strike in plan if strike.kind is Kind.PUBLISH] == [False, True]
    assert [strike for strike in plan if strike.kind is Kind.REPEAT]


@pytest.mark.parametrize("seed", range(20))
def test_a_long_run_has_each_fault_before_any_of_its_family_a_second_time(seed: int) -> None:
    plan = strikes(seed, seconds=LONG_ENOUGH_S, processes=PROCESSES, held=150)
    drawn = [strike.fault for strike in plan if strike.kind is Kind.FAULT]
    assert set(drawn) == set(Fault) - {Fault.KEEP_AND_LINGER}
    for family in FAMILIES:
        dealt = [fault for fault in drawn if fault in family]
        assert set(dealt[: len(family)]) == set(family)
        assert len(dealt) >= LONG_ENOUGH_S / 60


@pytest.mark.parametrize("seed", range(10))
def test_a_consumer_that_is_held_back_is_not_killed_meanwhile(seed: int) -> None:
    plan = strikes(seed, seconds=120, processes=PROCESSES, held=40)
    (hold,) = [strike for strike in plan if strike.kind is Kind.HOLD]
    (release,) = [strike for strike in plan if strike.kind is Kind.RELEASE]
    assert (hold.targets, round(release.at - hold.at)) == (("billing-worker", "billing-worker-2"), 40)
    during = [strike for strike in plan if hold.at <= strike.at <= release.at and strike.kind is Kind.KILL]
    assert not {"billing-worker", "billing-worker-2"} & {name for strike in during for name in strike.targets}


def test_no_invoice_is_paid_before_it_is_issued() -> None:
    issued: dict[str, datetime] = {}
    for deed in deeds(3, "demo", invoices=100, begin=BEGIN, end=BEGIN + timedelta(days=60)):
        if isinstance(deed.act, Sale):
            issued[deed.act.ref] = deed.at
        else:
            assert issued[deed.act.sale] < deed.at
