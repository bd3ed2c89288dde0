"""What a run leaves behind, and what it answers to values that cannot be."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from tests.chaos import report
from tests.chaos.__main__ import main
from tests.chaos.blows import Blow
from tests.chaos.evidence import Evidence, Mail
from tests.chaos.judge import judge
from tests.chaos.report import Outcome
from tests.chaos.strikes import Kind, Strike
from tests.chaos.test_judge import AN_INVOICE, GOOD, INVOICE, KEY, SETTING, seconds
from tests.chaos.verdict import Death


def an_outcome(evidence: Evidence = GOOD, difficulties: Sequence[str] = ()) -> Outcome:
    setting = replace(SETTING, deaths=[Death(seconds(3), "notify")])
    blows = [Blow(seconds(3), Strike(3, Kind.KILL, ("notify", "nats")), ("notify",))]
    return Outcome(7, blows, evidence, judge(evidence, setting), setting, difficulties, 12)


TWICE = replace(GOOD, mails=[Mail(KEY, seconds(5), seconds(6))] * 2)


def test_the_summary_has_its_shape(tmp_path: Path) -> None:
    report.write(an_outcome(), tmp_path / "build")
    summary = json.loads((tmp_path / "build" / "chaos.json").read_text())
    assert set(summary) == {"seed", "kills", "invariants", "uncertain"}
    assert (summary["seed"], summary["kills"], summary["uncertain"]) == (7, 1, 0)
    assert list(summary["invariants"]) == ["I1", "I2", "I3", "I4", "I5", "I6"]
    assert set(map(tuple, summary["invariants"].values())) == {("checked", "broken")}
    report.forget(tmp_path / "build")
    assert list((tmp_path / "build").iterdir()) == []


def test_a_broken_invariant_a_difficulty_and_an_empty_run_are_not_clean() -> None:
    assert not an_outcome(TWICE).is_clean
    assert not an_outcome(difficulties=["POST /publish: no answer"]).is_clean
    empty = an_outcome()
    assert all(not verdict.offences for verdict in empty.verdicts.values())
    assert not empty.is_clean


def test_the_first_offending_invoice_is_told_with_the_kills_that_fell_meanwhile() -> None:
    console = Console(record=True, width=200, quiet=True)
    console.quiet = False
    with console.capture() as capture:
        report.show(an_outcome(TWICE), console)
    shown = capture.get()
    story = shown[shown.index(f"The story of invoice {INVOICE}") :].splitlines()
    assert any("billing.invoice.issued" in line for line in story)
    assert any("relay     has " in line for line in story)
    assert any("chaos     kill: notify, nats (killed: notify)" in line for line in story)


def test_a_number_given_twice_has_its_story() -> None:
    other = AN_INVOICE | {"id": "0197f3c2-0000-7000-8000-000000000043"}
    console = Console(width=200)
    with console.capture() as capture:
        report.show(an_outcome(replace(GOOD, invoices=[AN_INVOICE, other])), console)
    assert f"The story of invoice {INVOICE}: F-2026-00001" in capture.get()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--invoices", "0"], "INVOICES='0': expected a whole number from 1 to 10000"),
        (["--invoices", "many"], "INVOICES='many'"),
        (["--minutes", "0.5"], "MINUTES='0.5': expected a number from 1 to 240"),
        (["--minutes", "nan"], "MINUTES='nan'"),
        (["--minutes", "1e9"], "MINUTES='1e9'"),
        (["--seed", "-1"], "SEED='-1'"),
        (["--seed", "x"], "SEED='x'"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_what_is_expected(
    arguments: Sequence[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err
