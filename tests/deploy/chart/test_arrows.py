"""The NetworkPolicies allow what the parts need of each other, and nothing else."""

import re
from collections.abc import Collection
from pathlib import Path

import pytest

from deploy.chart import helm, manifests
from deploy.chart.arrows import OUTSIDE, Arrow, arrows, one_sided
from deploy.chart.manifests import Manifest, of_kind, pods
from tests.deploy.chart.conftest import rendered

DATABASE, BUS, TEMPORAL, RELAY, TRACES = "PostgreSQL", "NATS", "Temporal", "the mail relay", "the collector"
PROVIDER = "the identity provider"
PROMETHEUS = "Prometheus"
VISITORS = {"monitoring": PROMETHEUS}

REACHES: dict[str, set[str]] = {
    # every API tells how its service stands on the bus, and whose messages nobody could work with
    # quotes reads billing's customers
    "quotes-api": {DATABASE, BUS, TEMPORAL, "identity-api", "billing-api"},
    "quotes-worker": {DATABASE, BUS, TEMPORAL},
    # billing and notify call nobody; that callers' tokens are good, identity's keys tell
    "billing-api": {DATABASE, BUS, "identity-api"},
    "billing-worker": {DATABASE, BUS},
    "dunning-api": {DATABASE, BUS, TEMPORAL, "identity-api"},
    # it starts and stops workflows, and reconciles with billing
    "dunning-worker": {DATABASE, BUS, TEMPORAL, "billing-api"},
    "notify-api": {DATABASE, BUS, "identity-api", RELAY},
    "notify-worker": {DATABASE, BUS},
    "identity-api": {DATABASE, BUS},
    "identity-worker": {DATABASE, BUS, RELAY},
    "console": {BUS, "identity-api", "quotes-api", "billing-api", "dunning-api", "notify-api"},
    # the activities call billing, dunning and notify, those of the follow-up call quotes
    "workflows": {TEMPORAL, "quotes-api", "billing-api", "dunning-api", "notify-api"},
    "provision": {BUS},
    **{f"migrate-{service}": {DATABASE} for service in ("quotes", "billing", "dunning", "notify", "identity")},
}
PEOPLE = {Arrow(OUTSIDE, "console")}


def expected(
    *, traced: bool = False, programs: bool = False, watched: bool = False, exposed: Collection[str] = ()
) -> set[Arrow]:
    running = {name for name in REACHES if name != "provision" and not name.startswith("migrate-")}
    ours = {Arrow(source, target) for source, targets in REACHES.items() for target in targets}
    apis = {name for name in REACHES if name.endswith("-api")}
    return (
        ours
        | PEOPLE
        | {Arrow(OUTSIDE, f"{api}-api") for api in exposed}
        | ({Arrow(name, TRACES) for name in REACHES} if traced else set())
        | ({Arrow(OUTSIDE, api) for api in apis} if programs else set())
        | ({Arrow(PROMETHEUS, name) for name in running} if watched else set())
    )


def servers(smtp: int) -> dict[int, str]:
    return {5432: DATABASE, 4222: BUS, 7233: TEMPORAL, smtp: RELAY, 4318: TRACES, 443: PROVIDER}


# people sign in by a provider there, and programs outside of the cluster call two APIs
MANAGED = expected(exposed=("identity", "billing")) | {Arrow("identity-api", PROVIDER)}


def test_the_policies_of_a_managed_installation_are_the_arrows() -> None:
    assert arrows(rendered("managed"), servers(587)) == MANAGED


def test_the_policies_of_a_trial_are_the_arrows() -> None:
    assert arrows(rendered("trial"), servers(1025)) == expected()


def test_the_policies_of_production_are_the_arrows_with_traces_prometheus_and_the_programs_that_may_call() -> None:
    seen = arrows(rendered("production-3-zones"), servers(465), VISITORS)

    assert seen == expected(traced=True, programs=True, watched=True)


def test_prometheus_comes_in_where_it_is_said_to_come_from_even_without_its_operator() -> None:
    peer = "network.prometheus.from[0].namespaceSelector.matchLabels.kubernetes\\.io/metadata\\.name=watch"
    drawn = manifests.read(helm.template(helm.CHART, helm.example("managed"), more=peer))

    assert arrows(drawn, servers(587), {"watch": PROMETHEUS}) == MANAGED | expected(watched=True)


def test_a_port_that_a_visitor_may_not_read_is_seen() -> None:
    with pytest.raises(AssertionError, match="outside to workflows"):
        arrows(rendered("production-3-zones"), servers(465))


def test_no_end_of_an_arrow_is_missing() -> None:
    for name, smtp in (("managed", 587), ("trial", 1025), ("production-3-zones", 465)):
        assert not one_sided(rendered(name), servers(smtp), VISITORS)


def test_an_arrow_too_many_is_seen() -> None:
    policies = [dict(each) for each in rendered("trial")]
    opened = _opened(policies, "billing-worker", "notify-api")

    assert one_sided(opened, servers(1025)) == {Arrow("billing-worker", "notify-api")}


def test_every_pod_has_a_policy_of_its_own(example: list[Manifest]) -> None:
    policies = of_kind(example, "NetworkPolicy")
    selected = [each["spec"]["podSelector"]["matchLabels"] for each in policies]

    for pod in pods(example):
        assert [labels for labels in selected if labels.items() <= pod.labels.items()] == [
            {key: pod.labels[key] for key in selected[0]}
        ]


def test_a_pod_may_reach_the_services_that_its_settings_name_and_no_other(example: list[Manifest]) -> None:
    for pod in pods(example):
        named = set(re.findall(r"http://relance-(\w+):8080", " ".join(pod.environment.values())))
        assert {f"{name}-api" for name in named} == {name for name in REACHES[pod.name] if name.endswith("-api")}


def test_an_api_that_is_exposed_is_open_to_all_where_nobody_says_whence_the_ingress_comes() -> None:
    drawn = manifests.read(helm.template(helm.CHART, helm.example("trial"), more="exposed.billing=billing.example.com"))

    assert arrows(drawn, servers(1025)) == expected(exposed=("billing",))


def test_servers_elsewhere_are_reached_at_the_given_addresses_only() -> None:
    for name in ("managed", "production-3-zones"):
        for policy in of_kind(rendered(name), "NetworkPolicy"):
            assert all(rule.get("to") for rule in policy["spec"]["egress"])


ADDRESSES = """
nats: {url: "tls://nats-0.example.com:4443,tls://nats-1.example.com:4444,tls://nats-2.example.com"}
temporal: {address: "frontend.example.com:443"}
otlpEndpoint: https://collector.example.com
oidc: {issuer: "https://login.example.com:8443/realms/acme", clientId: relance}
"""


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("{}", {"billing-worker": {5432, 4443, 4444, 4222, 443}, "workflows": {443}, "identity-api": {5432, 8443}}),
        ("otlpEndpoint: http://collector", {"workflows": {443, 80}}),
        ("otlpEndpoint: http://[fd00::1]:4318", {"workflows": {443, 4318}}),
        ("network: {nats: {port: 5222}, temporal: {port: 7000}, oidc: {port: 9443}}",
         {"billing-worker": {5432, 5222, 443}, "workflows": {7000, 443}, "identity-api": {9443}}),
    ],
)  # fmt: skip
def test_pods_may_reach_the_ports_that_the_addresses_name(
    tmp_path: Path, own: str, expected: dict[str, set[int]]
) -> None:
    addresses, mine = tmp_path / "addresses.yaml", tmp_path / "mine.yaml"
    addresses.write_text(ADDRESSES)
    mine.write_text(own)
    policies = of_kind(manifests.read(helm.template(helm.CHART, addresses, mine)), "NetworkPolicy")
    opened = {
        each["metadata"]["name"].removeprefix("relance-"): {
            port["port"] for rule in each["spec"]["egress"] for port in rule["ports"]
        }
        for each in policies
    }

    for name, ports in expected.items():
        assert ports <= opened[name], name
    assert opened["billing-worker"] - {53} == expected.get("billing-worker", opened["billing-worker"] - {53})
    assert opened["workflows"] - {53, "http"} == expected["workflows"]


def test_without_policies_there_is_none() -> None:
    drawn = manifests.read(helm.template(helm.CHART, helm.example("trial"), more="network.policies=false"))

    assert not of_kind(drawn, "NetworkPolicy")


def _opened(policies: list[dict[str, object]], source: str, target: str) -> list[Manifest]:
    out: list[Manifest] = []
    for each in policies:
        spec = each.get("spec")
        if each["kind"] == "NetworkPolicy" and isinstance(spec, dict) and source in str(spec["podSelector"]):
            labels = {**spec["podSelector"]["matchLabels"], "app.kubernetes.io/component": target}
            rule = {"to": [{"podSelector": {"matchLabels": labels}}], "ports": [{"protocol": "TCP", "port": "http"}]}
            each = {**each, "spec": {**spec, "egress": [*spec["egress"], rule]}}
        out.append(each)
    return out
