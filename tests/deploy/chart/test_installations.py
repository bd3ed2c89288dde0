"""Several installations under one Prometheus and one Grafana: each is asked for by itself, and hides no other."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from deploy.chart.manifests import of_kind, pods
from deploy.dashboards.__main__ import written
from tests.deploy.chart.installations import WELL, Document, Installation, queries, rules_of, targets_of
from tests.deploy.watching.asked import RULES
from tests.deploy.watching.promql import selectors
from tests.deploy.watching.promtool import promtool

PRODUCTION, STAGING = Installation("production"), Installation("staging")
BESIDE_PRODUCTION = Installation("production", "relance-staging")

FAULTS = {
    "BalancesStale": "balances that nobody refreshes",
    "ProcessAway": "a kind of process that was never there, and one whose last copy went",
    "FiguresMissing": "dead letters of billing and an outbox of quotes that are not told",
    "MailRelayRefuses": "a relay that refuses most, and one that defers a few",
}
"""Alerts that another installation could hide, by what raises them in the tests of the one source."""


@pytest.mark.parametrize("installation", [PRODUCTION, BESIDE_PRODUCTION], ids=lambda each: each.release)
def test_each_selector_of_each_query_asks_for_one_installation(installation: Installation) -> None:
    own = {(label, "=", value) for label, value in installation.labels.items()}

    for who, query in queries(installation):
        asked = selectors(query)
        assert asked, who
        assert [selector.figure for selector in asked if not own <= selector.matchers] == [], who


def test_the_release_is_a_label_of_each_series_by_that_of_its_pod() -> None:
    made = BESIDE_PRODUCTION.manifests()
    (monitor,), (pod_monitor,) = of_kind(made, "ServiceMonitor"), of_kind(made, "PodMonitor")

    for endpoint in (*monitor["spec"]["endpoints"], *pod_monitor["spec"]["podMetricsEndpoints"]):
        (label,) = (each["sourceLabels"] for each in endpoint["relabelings"] if each["targetLabel"] == "release")
        assert label == ["__meta_kubernetes_pod_label_app_kubernetes_io_instance"]
        assert not endpoint.get("honorLabels"), "a pod's own figure would say of which namespace it is"
    assert {pod.labels["app.kubernetes.io/instance"] for pod in pods(made)} == {BESIDE_PRODUCTION.release}


def test_alerts_say_of_which_installation_they_are_and_are_else_those_of_the_one_source() -> None:
    made = STAGING.rules()
    for rule in rules_of(made):
        assert STAGING.labels.items() <= rule["labels"].items()
        rule["labels"] = {name: value for name, value in rule["labels"].items() if name not in STAGING.labels}
        rule["expr"] = STAGING.left_out(rule["expr"])

    assert made == yaml.safe_load(RULES.read_text())


def test_dashboards_ask_otherwise_what_the_one_source_asks() -> None:
    made = list(STAGING.dashboards().values())
    for board in made:
        assert board["title"].endswith(" (staging/relance)")
        board["title"] = board["title"].removesuffix(" (staging/relance)")
        board["uid"] = board["uid"].rpartition("-")[0]
        for target in targets_of(board):
            target["expr"] = STAGING.left_out(target["expr"])

    assert made == [json.loads(text) for _, text in sorted(written().items())]


def test_dashboards_of_several_installations_stand_side_by_side() -> None:
    longest = Installation("n" * 63, "relance" + "r" * 46)
    made = [each.dashboards() for each in (PRODUCTION, STAGING, BESIDE_PRODUCTION, longest)]
    boards = [board for each in made for board in each.values()]

    assert all(re.fullmatch("[a-z0-9-]{1,40}", board["uid"]) for board in boards)
    for told in ("uid", "title"):
        assert len({board[told] for board in boards}) == len(boards)
    assert {name for each in made for name in each} == {f"{board['uid']}.json" for board in boards}


@pytest.mark.parametrize("fine", [STAGING, BESIDE_PRODUCTION], ids=["other namespace", "same namespace"])
@pytest.mark.parametrize("alert", FAULTS)
def test_an_alert_is_raised_for_the_installation_that_is_broken_and_for_no_other(
    tmp_path: Path, alert: str, fine: Installation
) -> None:
    tested = _tested(tmp_path, alert, {PRODUCTION: PRODUCTION.rules(), fine: fine.rules()})

    assert tested.returncode == 0, tested.stdout + tested.stderr


@pytest.mark.parametrize("alert", FAULTS)
def test_without_its_selectors_an_alert_is_hidden_by_the_installation_that_is_fine(tmp_path: Path, alert: str) -> None:
    rules = {each: each.rules() for each in (PRODUCTION, STAGING)}
    (rule,) = (rule for rule in rules_of(rules[PRODUCTION]) if rule["alert"] == alert)
    rule["expr"] = PRODUCTION.left_out(rule["expr"])

    tested = _tested(tmp_path, alert, rules)
    assert tested.returncode == 1
    assert f"alertname: {alert}" in tested.stdout + tested.stderr


def _tested(directory: Path, alert: str, rules: Mapping[Installation, Document]) -> subprocess.CompletedProcess[str]:
    """The fault is that of the one source, and befalls the first; all is well with the second."""
    broken, fine = rules
    document = yaml.safe_load(RULES.with_name("relance.tests.yaml").read_text())
    (test,) = (test for test in document["tests"] if test["name"] == FAULTS[alert])
    for each in test["input_series"]:
        each["series"] = broken.told(each["series"])
    test["input_series"] += [{"series": fine.told(series), "values": values} for series, values in WELL.items()]
    for raised in (raised for at in test["alert_rule_test"] for raised in at["exp_alerts"]):
        raised["exp_labels"] |= broken.labels
    files = {f"{each.namespace}-{each.release}.yaml": made for each, made in rules.items()}
    files["tests.yaml"] = {**document, "tests": [test], "rule_files": list(files)}
    for name, content in files.items():
        (directory / name).write_text(yaml.safe_dump(content))
    return promtool("test", "rules", directory / "tests.yaml")
