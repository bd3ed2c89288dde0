"""The summaries of the examples are those of the chart: what a release changes stands in its diff."""

import copy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.chart.__main__ import GOLDEN, golden
from deploy.chart.helm import ROOT, example
from deploy.chart.summary import summary
from tests.deploy.chart.conftest import EXAMPLES, rendered

RENEW = "the chart makes something else than before: if that is meant, `make golden` writes it down"


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_makes_what_its_summary_says(name: str) -> None:
    assert summary(rendered(name)) == golden(name).read_text(), RENEW


def test_no_summary_is_of_an_example_that_is_gone() -> None:
    assert {path.stem for path in GOLDEN.glob("*")} == set(EXAMPLES)


POD = ("spec", "template", "spec")
CONTAINER = (*POD, "containers", 0)
ALERT = ("spec", "groups", 0, "rules", 0)
LABEL = "app.kubernetes.io/component"


@pytest.mark.parametrize(
    ("kind", "where", "value"),
    [
        ("Deployment", (*CONTAINER, "image"), "relance:next"),
        ("Deployment", (*CONTAINER, "imagePullPolicy"), "Always"),
        ("Deployment", (*CONTAINER, "resources", "limits", "memory"), "3Gi"),
        ("Deployment", (*CONTAINER, "livenessProbe", "periodSeconds"), 11),
        ("Deployment", (*CONTAINER, "ports", 0, "containerPort"), 8081),
        ("Deployment", (*CONTAINER, "env", 0, "name"), "RELANCE_LOUDNESS"),
        ("Deployment", (*CONTAINER, "volumeMounts", 0, "mountPath"), "/scratch"),
        ("Deployment", (*CONTAINER, "volumeMounts", 0, "readOnly"), True),
        ("Deployment", (*CONTAINER, "securityContext", "runAsUser"), 0),
        ("Deployment", (*POD, "securityContext", "runAsUser"), 10002),
        ("Deployment", (*POD, "initContainers"), [{"name": "first", "image": "busybox:1.37"}]),
        ("Deployment", (*POD, "imagePullSecrets", 0, "name"), "other"),
        ("Deployment", (*POD, "tolerations"), [{"operator": "Exists"}]),
        ("Deployment", (*POD, "nodeSelector"), {"disk": "fast"}),
        ("Deployment", (*POD, "enableServiceLinks"), True),
        ("Deployment", (*POD, "topologySpreadConstraints", 0, "maxSkew"), 5),
        ("Deployment", (*POD, "topologySpreadConstraints", 0, "labelSelector", "matchLabels", LABEL), "other"),
        ("Deployment", (*POD, "volumes", 1, "secret", "items", 0, "path"), "other.json"),
        ("Deployment", ("spec", "selector", "matchLabels", LABEL), "other"),
        ("PodDisruptionBudget", ("spec", "selector", "matchLabels", LABEL), "other"),
        ("NetworkPolicy", ("spec", "podSelector", "matchLabels", LABEL), "other"),
        ("NetworkPolicy", ("spec", "policyTypes"), ["Ingress"]),
        ("NetworkPolicy", ("spec", "egress", -1, "to", 0, "podSelector", "matchLabels"), {LABEL: "notify-api"}),
        ("PrometheusRule", (*ALERT, "expr"), "vector(0)"),
        ("PrometheusRule", (*ALERT, "for"), "9h"),
        ("PrometheusRule", (*ALERT, "labels", "severity"), "none"),
        ("PrometheusRule", (*ALERT, "annotations", "runbook_url"), "nowhere"),
        ("ConfigMap", ("data", "relance-business.json"), "{}"),
        ("Job", ("metadata", "annotations", "helm.sh/hook-delete-policy"), "hook-failed"),
    ],
    ids=lambda given: ".".join(map(str, given)) if isinstance(given, tuple) else "",
)
def test_a_change_changes_the_summary(kind: str, where: tuple[str | int, ...], value: object) -> None:
    changed = copy.deepcopy([dict(each) for each in rendered("production-3-zones")])
    within: Any = next(each for each in changed if each["kind"] == kind)
    for step in where[:-1]:
        within = within[step]
    assert not isinstance(within, dict) or within.get(where[-1]) != value
    within[where[-1]] = value

    assert summary(list(changed)) != summary(rendered("production-3-zones"))


def test_every_manifest_is_told() -> None:
    for name in EXAMPLES:
        told = summary(rendered(name))
        for each in rendered(name):
            assert f"  {each['metadata']['name']}" in told


def check(*values: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.chart", "check", *map(str, values)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_ops_see_what_their_own_values_make(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("image: {tag: 1.2.3}\n")
    checked = check(example("managed"), own)

    assert checked.returncode == 0, checked.stderr
    assert "image registry.example.com/relance@sha256:" in checked.stdout


def test_ops_see_what_is_wrong_with_their_own_values(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("image: {tag: latest}\nnetwork: {pod: [10.0.0.0/8]}\n")
    checked = check(own)

    assert checked.returncode == 1
    assert "additional properties 'pod' not allowed" in checked.stderr

    own.write_text("image: {tag: latest}\n")
    assert "billing-api: runs relance:latest, which may be any version" in check(own).stderr
