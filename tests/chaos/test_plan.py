"""What runs, and with which settings."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from tests.chaos.options import options_of
from tests.chaos.plan import NO_RECONCILIATION


@pytest.mark.parametrize("seed", [2, 7])
def test_the_reconciliation_is_held_back_with_every_second_seed(seed: int) -> None:
    options = options_of(seed=seed, invoices=60, minutes=240, data_dir=Path("nowhere"))
    held_back = [TypeAdapter(timedelta).validate_python(each) for each in NO_RECONCILIATION.values()]

    assert options.by_events_alone is (seed == 2)
    assert all(each.total_seconds() > options.seconds for each in held_back)
