"""What runs, and with which settings."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from tests.chaos.options import options_of
from tests.chaos.plan import NO_RECONCILIATION


@pytest.mark.parametrize(
    ("minutes", "pace", "day", "staleness"),
    [(1, 1, 2.5, 5), (1, 3, 2.5, 5), (10, 1, 8, 20), (10, 1.25, 10, 25), (10, 20, 12, 30), (3, 4, 8, 20)],
)
def test_a_slow_machine_has_longer_days_in_a_long_run_and_enough_of_them(
    minutes: float, pace: float, day: float, staleness: float
) -> None:
    options = options_of(seed=1, invoices=60, minutes=minutes, data_dir=Path("nowhere"), pace=pace)
    assert (options.day, options.staleness, options.pace) == (day, staleness, pace)
    assert options.held > options.staleness


@pytest.mark.parametrize("seed", [2, 7])
def test_the_reconciliation_is_held_back_with_every_second_seed(seed: int) -> None:
    options = options_of(seed=seed, invoices=60, minutes=240, data_dir=Path("nowhere"))
    held_back = [TypeAdapter(timedelta).validate_python(each) for each in NO_RECONCILIATION.values()]

    assert options.by_events_alone is (seed == 2)
    assert all(each.total_seconds() > options.seconds for each in held_back)
