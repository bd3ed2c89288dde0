"""One minute of chaos: the whole stack, killed at random, keeps every invariant."""

from pathlib import Path

import pytest
from rich.console import Console

from tests.chaos.report import show
from tests.chaos.run import Options, run

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(240)]

SEED = 2


async def test_every_invariant_holds_whatever_dies(tmp_path: Path) -> None:
    options = Options(
        data_dir=tmp_path / "chaos",
        seed=SEED,
        invoices=30,
        seconds=60,
        day=2.5,
        starting=25,
        held=15,
        staleness=5,
        copied=("billing-worker", "dunning-worker", "notify", "workflows"),
    )

    outcome = await run(options)

    if not outcome.is_clean:
        show(outcome, Console(width=160))
    broken = {name: verdict.offences[:3] for name, verdict in outcome.verdicts.items() if verdict.offences}
    assert (broken, outcome.problems) == ({}, []), f"seed {SEED}"
    assert outcome.kills > 10
    assert all(verdict.checked for verdict in outcome.verdicts.values())
