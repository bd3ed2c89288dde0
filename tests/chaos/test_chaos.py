"""One minute of chaos: the whole stack, killed at random, keeps every invariant."""

from pathlib import Path

import pytest
from rich.console import Console

from tests.chaos.options import options_of
from tests.chaos.pace import measured
from tests.chaos.report import show
from tests.chaos.run import run

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(420)]

SEED = 2


async def test_every_invariant_holds_whatever_dies(tmp_path: Path) -> None:
    outcome = await run(options_of(seed=SEED, invoices=60, minutes=1, data_dir=tmp_path / "chaos", pace=measured()))

    if not outcome.is_clean:
        show(outcome, Console(width=160))
    broken = {name: verdict.offences[:3] for name, verdict in outcome.verdicts.items() if verdict.offences}
    assert (broken, outcome.problems) == ({}, []), f"seed {SEED}"
    assert outcome.kills > 10
    assert all(verdict.checked for verdict in outcome.verdicts.values())
