"""What the chart renders is what Kubernetes takes, strictly, and keeps to the policies."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from contracts import dunning, overdue_list, quote_followup
from deploy.chart import helm, kinds, manifests, policy
from deploy.chart.manifests import Manifest, of_kind, pods
from deploy.nats.__main__ import configuration
from tests.deploy.chart.conftest import EXAMPLES, rendered


@pytest.mark.parametrize("name", EXAMPLES)
def test_helm_has_nothing_to_say_of_an_example(name: str) -> None:
    assert "0 chart(s) failed" in helm.lint(helm.CHART, helm.example(name))


def test_the_values_alone_are_whole() -> None:
    drawn = manifests.read(helm.template(helm.CHART))

    assert drawn
    assert [mistake for each in drawn for mistake in kinds.mistakes(each)] == []


def test_each_manifest_has_the_fields_of_its_kind_and_no_other(example: list[Manifest]) -> None:
    assert [mistake for each in example for mistake in kinds.mistakes(each)] == []


def test_every_pod_keeps_to_the_policies(example: list[Manifest]) -> None:
    assert policy.breaches(example) == []


@pytest.mark.parametrize(
    ("api", "kind"),
    [
        ("example.com/v1", "Deploiment"),
        ("apps.example.com/v1", "Deployment"),
        ("apps/v1", "deployment"),
        ("policy/v1beta1", "PodDisruptionBudget"),
        ("v1", "PodSpec"),
        ("apps/v1/../v1", "Deployment"),
    ],
)
def test_an_unknown_kind_is_a_mistake(api: str, kind: str) -> None:
    made_up = {"apiVersion": api, "kind": kind, "metadata": {"name": "a"}, "spec": {}}

    assert kinds.mistakes(made_up) == [f"{kind}/a: no kind {kind} of {api} is known"]


@pytest.mark.parametrize("kind", ["Deployment", "HorizontalPodAutoscaler", "NetworkPolicy", "ExternalSecret"])
def test_a_field_that_a_kind_does_not_have_is_a_mistake(kind: str) -> None:
    wrong = _first(kind)
    wrong["spec"]["replicaz"] = 3

    assert "replicaz" in kinds.mistakes(wrong)[0]


def test_every_mistake_is_told() -> None:
    wrong = _first("Deployment")
    wrong["spec"]["replicas"] = "three"
    wrong["spec"]["template"]["spec"]["containers"][0]["ports"] = "http"

    told = kinds.mistakes(wrong)
    assert len(told) == 2
    assert "spec.replicas: 'three' is not of type" in told[0]


def test_a_mistake_inside_a_custom_kind_is_seen() -> None:
    wrong = _first("WorkerDeployment", example="production-3-zones")
    wrong["spec"]["template"]["spec"]["containers"][0]["imagePullPolici"] = "Always"

    assert "imagePullPolici" in kinds.mistakes(wrong)[0]


@pytest.mark.parametrize(
    ("change", "breach"),
    [
        ({"hostNetwork": True}, "has hostNetwork"),
        ({"automountServiceAccountToken": True}, "mounts a token of its ServiceAccount"),
        ({"securityContext": {}}, "may run as root"),
        ({"volumes": [{"name": "disk", "hostPath": {"path": "/"}}]}, "mounts {'hostPath'}"),
    ],
)
def test_a_pod_that_breaks_a_policy_is_named(change: dict[str, Any], breach: str) -> None:
    wrong = _first("Deployment")
    wrong["spec"]["template"]["spec"] |= change

    assert f"billing-api: {breach}" in policy.breaches([wrong])


@pytest.mark.parametrize(
    ("override", "breach"),
    [
        ({"runAsUser": 0}, "may run as root"),
        ({"runAsNonRoot": False}, "may run as root"),
        ({"seccompProfile": {"type": "Unconfined"}}, "has no seccomp profile"),
    ],
    ids=str,
)
def test_what_a_container_says_against_its_pod_is_named(override: dict[str, Any], breach: str) -> None:
    wrong = _first("Deployment")
    wrong["spec"]["template"]["spec"]["containers"][0]["securityContext"] |= override

    assert policy.breaches([wrong]) == [f"billing-api: {breach}"]


@pytest.mark.parametrize("kind", ["initContainers", "ephemeralContainers"])
def test_containers_beside_its_own_keep_to_the_policies_too(kind: str) -> None:
    wrong = _first("Deployment")
    beside = {"name": "first", "image": "busybox:latest", "securityContext": {"privileged": True}}
    wrong["spec"]["template"]["spec"][kind] = [beside]
    told = policy.breaches([wrong])

    for what in ("is privileged", "may gain privileges", "runs busybox:latest, which may be any version"):
        assert f"billing-api: {what}, in its container first" in told


def test_without_scaling_there_is_no_most() -> None:
    drawn = manifests.read(helm.template(helm.CHART, more="autoscaling.enabled=false,autoscaling.min=20"))

    assert {each["spec"]["replicas"] for each in of_kind(drawn, "Deployment")} == {20}


def test_a_setting_of_ones_own_takes_the_place_of_the_charts(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text('parts: {billing-api: {env: {RELANCE_DATABASE_POOL: "40", RELANCE_PDF_WORKERS: "2"}}}')
    drawn = {pod.name: pod for pod in pods(manifests.read(helm.template(helm.CHART, own)))}

    for pod in drawn.values():
        named = [each["name"] for each in pod.container.get("env", [])]
        assert len(named) == len(set(named)), pod.name
    assert drawn["billing-api"].environment["RELANCE_DATABASE_POOL"] == "40"
    assert drawn["billing-api"].environment["RELANCE_PDF_WORKERS"] == "2"
    assert drawn["billing-worker"].environment["RELANCE_DATABASE_POOL"] == "10"


def test_two_releases_may_stand_side_by_side() -> None:
    names = {
        manifests.named(each)
        for each in manifests.read(helm.template(helm.CHART, helm.example("trial"), release="acme"))
    }

    assert not names & {manifests.named(each) for each in rendered("trial")}


def test_a_budget_and_an_account_belong_to_each_kind_of_pod(example: list[Manifest]) -> None:
    running = {f"relance-{pod.name}" for pod in pods(example) if pod.kind != "Job"}

    assert {each["metadata"]["name"] for each in of_kind(example, "PodDisruptionBudget")} == running
    assert {each["metadata"]["name"] for each in of_kind(example, "ServiceAccount")} == running | {"relance-jobs"}
    assert {pod.spec["serviceAccountName"] for pod in pods(example)} == running | {"relance-jobs"}


def test_only_what_makes_secrets_outlives_the_hooks(example: list[Manifest]) -> None:
    """Helm's uninstallation does not take hooks away."""
    hooks = [each for each in example if "helm.sh/hook" in each["metadata"].get("annotations", {})]
    kept = {each["kind"] for each in hooks if "hook-succeeded" not in str(each["metadata"]["annotations"])}

    assert kept <= {"ExternalSecret"}


def test_a_port_in_the_address_of_the_console_is_not_taken_for_its_name() -> None:
    drawn = manifests.read(
        helm.template(helm.CHART, helm.example("trial"), more="url=https://relance.example.com:8443")
    )
    (ingress,) = of_kind(drawn, "Ingress")

    assert [rule["host"] for rule in ingress["spec"]["rules"]] == ["relance.example.com"]
    assert [mistake for each in drawn for mistake in kinds.mistakes(each)] == []


def test_workers_grow_with_what_prometheus_knows_to_wait() -> None:
    drawn = manifests.read(helm.template(helm.CHART, more="autoscaling.adapter=true"))
    scaled = {each["metadata"]["name"]: each["spec"]["metrics"] for each in of_kind(drawn, "HorizontalPodAutoscaler")}
    waits = [
        metric["external"]["metric"] for metric in scaled["relance-billing-worker"] if metric["type"] == "External"
    ]

    assert {each["name"] for each in waits} == {"relance_consumer_pending"}
    assert "billing-payment" in {each["selector"]["matchLabels"]["consumer"] for each in waits}
    assert [metric["type"] for metric in scaled["relance-billing-api"]] == ["Resource"]
    assert [mistake for each in drawn for mistake in kinds.mistakes(each)] == []


def accounts(name: str, *more: str) -> set[str]:
    """Where KEDA looks for the consumers of an installation that scales by what waits."""
    keda = ",".join(("autoscaling.enabled=true,autoscaling.keda=true", *more))
    drawn = manifests.read(helm.template(helm.CHART, helm.example(name), more=keda))
    return {each["account"] for each in triggers(drawn, "nats-jetstream")}


def triggers(drawn: list[Manifest], kind: str) -> list[dict[str, str]]:
    scaled = [each["spec"]["triggers"] for each in of_kind(drawn, "ScaledObject")]
    return [trigger["metadata"] for each in scaled for trigger in each if trigger["type"] == kind]


def test_keda_looks_for_consumers_in_the_account_of_their_streams() -> None:
    (of_users,) = re.findall(r"accounts \{\s+(\w+) \{", configuration())

    assert accounts("production-3-zones") == accounts("trial") == {of_users}
    assert accounts("trial", "nats.auth=none") == {"$G"}, "the account of a server that knows none"
    assert accounts("managed", "autoscaling.natsAccount=ACTEAM") == {"ACTEAM"}


QUEUES = {dunning.TASK_QUEUE, quote_followup.TASK_QUEUE, overdue_list.TASK_QUEUE}
WITHOUT_CONTROLLER = "workflows.controller.enabled=false,workflows.buildId=next"


def test_workflows_grow_with_the_tasks_that_wait_for_their_build() -> None:
    drawn = manifests.read(helm.template(helm.CHART, helm.example("production-3-zones"), more=WITHOUT_CONTROLLER))
    (credentials,) = of_kind(drawn, "TriggerAuthentication")
    (scaled,) = (
        each["spec"] for each in of_kind(drawn, "ScaledObject") if each["metadata"]["name"] == "relance-workflows"
    )
    asked = [each for each in scaled["triggers"] if each["type"] == "temporal"]

    assert {each["metadata"]["taskQueue"] for each in asked} == QUEUES
    for each in asked:
        assert each["metadata"]["tlsServerName"] == "temporal.example.com"
        assert each["metadata"]["workerDeploymentBuildId"] == "next"
        assert each["authenticationRef"]["name"] == credentials["metadata"]["name"]
    assert [mistake for each in drawn for mistake in kinds.mistakes(each)] == []


def test_each_version_of_the_workflows_grows_with_the_tasks_that_wait_for_it() -> None:
    """The Worker Controller fills in which version, where it finds the fields empty."""
    (template,) = of_kind(rendered("production-3-zones"), "WorkerResourceTemplate")
    scaled = template["spec"]["template"]
    asked = [each for each in scaled["spec"]["triggers"] if each["type"] == "temporal"]

    assert {each["metadata"]["taskQueue"] for each in asked} == QUEUES
    assert len(of_kind(rendered("production-3-zones"), "TriggerAuthentication")) == 1
    for each in asked:
        assert each["metadata"]["tlsServerName"] == "temporal.example.com"
        for name in ("workerDeploymentName", "workerDeploymentBuildId", "namespace"):
            assert not each["metadata"][name]


def test_a_version_that_the_chart_fills_in_itself_is_a_mistake() -> None:
    wrong = _first("WorkerResourceTemplate", example="production-3-zones")
    (*_, trigger) = wrong["spec"]["template"]["spec"]["triggers"]
    trigger["metadata"]["namespace"] = "relance"

    assert "namespace: '' was expected" in kinds.mistakes(wrong)[0]


def test_each_route_has_its_host() -> None:
    more = "exposed.identity=identity.example.com"
    drawn = manifests.read(helm.template(helm.CHART, helm.example("production-3-zones"), more=more))
    routes = {each["spec"]["hostnames"][0]: each["spec"]["rules"][0] for each in of_kind(drawn, "HTTPRoute")}

    assert {host: rule["backendRefs"][0]["name"] for host, rule in routes.items()} == {
        "relance.example.com": "relance-console",
        "identity.example.com": "relance-identity",
    }
    assert [mistake for each in drawn for mistake in kinds.mistakes(each)] == []


def test_what_the_jobs_need_is_there_before_them(example: list[Manifest]) -> None:
    """Before an installation nothing of the release exists but its hooks."""
    hooks = [each for each in example if "helm.sh/hook" in each["metadata"].get("annotations", {})]
    jobs = of_kind(hooks, "Job")
    first = min(_weight(each) for each in jobs)

    assert {each["metadata"]["name"] for each in hooks if each["kind"] == "NetworkPolicy"} == {
        each["metadata"]["name"] for each in jobs
    }
    assert all(_weight(each) < first for each in hooks if each["kind"] != "Job")
    assert {each["metadata"]["name"] for each in of_kind(hooks, "ServiceAccount")} == {"relance-jobs"}
    assert len(of_kind(hooks, "ExternalSecret")) == len(of_kind(example, "ExternalSecret"))


def test_the_jobs_can_be_run_again_by_the_hooks_alone(example: list[Manifest]) -> None:
    """The page tells people to delete them by this label, and to make them anew under the same names."""
    hooks = [each for each in example if "helm.sh/hook" in each["metadata"].get("annotations", {})]
    jobs = [pod for pod in pods(hooks) if pod.kind == "Job"]

    assert len(jobs) == 6
    assert {each["metadata"]["labels"]["app.kubernetes.io/instance"] for each in of_kind(hooks, "Job")} == {"relance"}
    assert all(each["metadata"].get("name") for each in hooks)
    assert {kind for job in jobs for volume in job.spec["volumes"] for kind in volume} <= {"name", "secret", "emptyDir"}


def _weight(manifest: Manifest) -> int:
    return int(manifest["metadata"]["annotations"]["helm.sh/hook-weight"])


def _first(kind: str, *, example: str = "managed") -> dict[str, Any]:
    return copy.deepcopy(dict(of_kind(rendered(example), kind)[0]))
