"""What the chart gives to Prometheus and Grafana: every pod is read, under the names that alerts and dashboards use."""

import re
from pathlib import Path

import pytest

from deploy.chart import helm, manifests
from deploy.chart.helm import HelmFailed
from deploy.chart.manifests import COMPONENT, Manifest, Pod, of_kind, pods
from deploy.dashboards.__main__ import written
from tests.deploy.chart.conftest import rendered
from tests.deploy.chart.installations import rules_of
from tests.deploy.watching.asked import RULES, alerts

WATCHED = "production-3-zones"


def running() -> list[Pod]:
    return [pod for pod in pods(rendered(WATCHED)) if pod.kind != "Job"]


def only(kind: str) -> Manifest:
    (found,) = of_kind(rendered(WATCHED), kind)
    return found


def test_each_pod_is_read_once_by_its_service_or_as_a_pod() -> None:
    services = {each["metadata"]["labels"][COMPONENT]: each for each in of_kind(rendered(WATCHED), "Service")}
    monitor, pod_monitor = only("ServiceMonitor")["spec"], only("PodMonitor")["spec"]
    (chosen,) = pod_monitor["selector"]["matchExpressions"]

    assert set(chosen["values"]) | set(services) == {pod.name for pod in running()}
    assert not set(chosen["values"]) & set(services)
    for service in services.values():
        assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
        assert [port["name"] for port in service["spec"]["ports"]] == [each["port"] for each in monitor["endpoints"]]
    for pod in running():
        assert pod_monitor["selector"]["matchLabels"].items() <= pod.labels.items()


def test_every_port_that_tells_figures_is_read() -> None:
    read = {each["port"] for each in only("PodMonitor")["spec"]["podMetricsEndpoints"]}

    assert read == {port["name"] for pod in running() for port in pod.container["ports"]}


def test_the_temporal_client_listens_where_prometheus_asks() -> None:
    (workflows,) = (pod for pod in running() if pod.name == "workflows")
    (port,) = (each["containerPort"] for each in workflows.container["ports"] if each["name"] == "temporal")

    assert workflows.environment["RELANCE_TEMPORAL_METRICS"] == f"*:{port}"


def test_jobs_are_called_as_the_alerts_call_them() -> None:
    endpoints = only("ServiceMonitor")["spec"]["endpoints"] + only("PodMonitor")["spec"]["podMetricsEndpoints"]
    jobs = {_job(pod.name, each["relabelings"][0]) for pod in running() for each in endpoints}

    known = re.findall(r'job="(relance-[a-z-]+)"', RULES.with_name("relance.tests.yaml").read_text())
    assert {"relance-billing", "relance-billing-worker"} <= set(known) <= jobs
    (away,) = (alert.query for alert in alerts() if alert.name == "ProcessAway")
    assert sorted(re.findall(r'absent\(up\{job="([^"]+)"\}\)', away)) == sorted(jobs)


def _job(component: str, relabeling: dict[str, str]) -> str:
    assert relabeling["targetLabel"] == "job"
    matched = re.fullmatch(relabeling["regex"], component)
    assert matched is not None
    return matched.expand(relabeling["replacement"].replace("$", "\\"))


def test_runbooks_are_where_they_are_said_to_be() -> None:
    said = [rule["annotations"]["runbook_url"] for rule in rules_of(only("PrometheusRule")["spec"])]

    local = [address.replace("https://wiki.example.com/relance/runbooks/", "docs/runbooks/") for address in said]
    assert local == [alert.runbook for alert in alerts()]


def test_the_dashboards_are_found_by_the_sidecar() -> None:
    maps = of_kind(rendered(WATCHED), "ConfigMap")

    assert len(maps) == len(written())
    assert all(each["metadata"]["labels"]["grafana_dashboard"] == "1" for each in maps)


def test_a_packaged_chart_carries_them_too(tmp_path: Path) -> None:
    helm.run("package", str(helm.CHART), "--destination", str(tmp_path))
    (packaged,) = tmp_path.glob("relance-*.tgz")
    drawn = manifests.read(helm.template(packaged, helm.example(WATCHED)))

    assert drawn == rendered(WATCHED)


def test_nothing_of_it_is_there_unless_it_is_asked_for() -> None:
    kinds = {each["kind"] for each in rendered("managed")}

    assert not kinds & {"ServiceMonitor", "PodMonitor", "PrometheusRule", "ConfigMap"}


def test_without_a_way_in_for_prometheus_monitors_are_refused() -> None:
    with pytest.raises(HelmFailed, match="/network/prometheus/from"):
        helm.template(helm.CHART, helm.example("managed"), more="monitoring.enabled=true")
