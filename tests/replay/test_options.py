"""What may be asked for, and what stays when it cannot be done."""

from pathlib import Path

import pytest

from tests.replay.__main__ import main
from tests.replay.history import COLUMNS
from tests.replay.options import options_of
from tests.replay.report import RESULT


@pytest.mark.parametrize("limit", ["0", "-1", "1.5", "all"])
def test_a_limit_below_one_invoice_is_refused(limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        options_of(["history.csv", f"--limit={limit}"], description=None)
    assert f"LIMIT='{limit}': expected a whole number of at least 1" in capsys.readouterr().err


@pytest.mark.parametrize("speed", ["0", "-1", "nan", "345601", "quick"])
def test_a_speed_that_no_run_can_have_is_refused(speed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        options_of(["history.csv", f"--speed={speed}"], description=None)
    assert f"SPEED='{speed}': expected `fastest`, or more than 0 and at most 345600" in capsys.readouterr().err


def test_a_run_that_ends_without_a_judgement_leaves_none_of_the_run_before(tmp_path: Path) -> None:
    history, result = tmp_path / "history.csv", tmp_path / RESULT
    history.write_text(",".join(COLUMNS) + "\n")
    result.write_text('{"missing": []}')

    assert main([str(history)], tmp_path) == 2
    assert not result.exists()


@pytest.mark.parametrize("content", [b"\xff", b"[/red]: 1"])
def test_a_scenario_that_is_none_is_told_in_words(content: bytes, tmp_path: Path) -> None:
    history, scenario = tmp_path / "history.csv", tmp_path / "scenario.yaml"
    history.write_text(",".join(COLUMNS) + "\n391,buyer,1,1/2/2013,2/1/2013,5.50,\n")
    scenario.write_bytes(content)

    assert main([str(history), "--scenario", str(scenario)], tmp_path) == 2
