"""The alerts are raised when they must, lead to a runbook each, and the dashboards are what their source says."""

import re
from pathlib import Path

import pytest
import yaml

from contracts.topology import CONSUMERS
from deploy.dashboards.__main__ import written
from tests.deploy.watching.asked import ROOT, RULES, Alert, alerts
from tests.deploy.watching.promtool import promtool

RUNBOOKS = ROOT / "docs/runbooks"
PARTS = ("## What it means", "## How to see", "## How to fix", "## How to prove it")


def test_the_rules_are_valid() -> None:
    checked = promtool("check", "rules", RULES)

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_each_alert_is_raised_when_it_must_and_not_before() -> None:
    tested = promtool("test", "rules", RULES.with_name("relance.tests.yaml"))

    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_a_wrong_rule_fails_its_test(tmp_path: Path) -> None:
    tests = yaml.safe_load(RULES.with_name("relance.tests.yaml").read_text())
    (late,) = (each for each in tests["tests"] if each["name"] == "a step an hour late")
    (tmp_path / "relance.tests.yaml").write_text(yaml.safe_dump(tests | {"tests": [late]}))
    (tmp_path / "relance.rules.yaml").write_text(RULES.read_text().replace("> 3600", "> 36000"))

    assert promtool("test", "rules", tmp_path / "relance.tests.yaml").returncode != 0


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert.name)
def test_each_alert_is_tested_and_has_a_runbook(alert: Alert) -> None:
    runbook = ROOT / alert.runbook

    assert runbook.stem == re.sub(r"(?<!^)(?=[A-Z])", "-", alert.name).lower()
    assert re.search(rf"\b{alert.name}\b", RULES.with_name("relance.tests.yaml").read_text())
    text = runbook.read_text()
    assert text.startswith(f"# {alert.name}\n")
    assert [part for part in PARTS if part not in text] == []


@pytest.mark.parametrize("service", sorted({each.durable.partition("-")[0] for each in CONSUMERS}))
def test_no_figure_that_each_worker_tells_can_end_unseen(service: str) -> None:
    (missing,) = (alert.query for alert in alerts() if alert.name == "FiguresMissing")

    for figure in ("relance_outbox_oldest_seconds", "relance_consumer_oldest_seconds", "relance_dead_letters"):
        assert f'absent({figure}{{job="relance-{service}-worker"}})' in missing


def test_the_fault_of_each_runbook_is_provoked() -> None:
    trials = "".join(path.read_text() for path in (ROOT / "tests/runbooks").glob("test_*.py"))

    assert {alert.name for alert in alerts()} == set(re.findall(r'\braised\("(\w+)"', trials))


def test_no_runbook_is_of_an_alert_that_is_gone() -> None:
    known = {Path(alert.runbook).name for alert in alerts()}

    assert {path.name for path in RUNBOOKS.glob("*.md")} - {"README.md"} == known


@pytest.mark.parametrize("path", list(written()), ids=lambda path: path.name)
def test_a_dashboard_is_what_its_source_says(path: Path) -> None:
    assert path.read_text() == written()[path], "write them again: python -m deploy.dashboards"
