"""Who may reach whom, as rendered NetworkPolicies say it: both ends have to allow an arrow between two pods."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deploy.chart.manifests import COMPONENT, Manifest, of_kind, pods

Rule = Mapping[str, Any]
Names = Mapping[int, str]
"""What listens on each port outside of the chart."""

OUTSIDE = "outside"
NAMESPACE = "kubernetes.io/metadata.name"


@dataclass(frozen=True, order=True)
class Arrow:
    """From a kind of pod to another, to a port of a server outside of the chart, or from outside into a kind of pod."""

    source: str
    target: str


def arrows(manifests: list[Manifest], servers: Names, visitors: Mapping[str, str] | None = None) -> set[Arrow]:
    """`visitors`: who comes from each namespace; others are OUTSIDE. Asking for names (DNS) is not told."""
    leaving, entering, own = _ends(manifests, servers, visitors or {})
    return {
        arrow for arrow in leaving | entering if arrow in leaving & entering or not {arrow.source, arrow.target} <= own
    }


def one_sided(manifests: list[Manifest], servers: Names, visitors: Mapping[str, str] | None = None) -> set[Arrow]:
    """Arrows that one end allows and the other does not: they can never be used."""
    leaving, entering, own = _ends(manifests, servers, visitors or {})
    return {arrow for arrow in leaving ^ entering if {arrow.source, arrow.target} <= own}


def _ends(
    manifests: list[Manifest], servers: Names, visitors: Mapping[str, str]
) -> tuple[set[Arrow], set[Arrow], set[str]]:
    policies = {_component(each["spec"]["podSelector"]): each["spec"] for each in of_kind(manifests, "NetworkPolicy")}
    leaving = {arrow for name, spec in policies.items() for arrow in _leaving(name, spec, servers)}
    open_ports = {pod.name: {port["name"] for port in pod.container.get("ports", [])} for pod in pods(manifests)}
    entering = {
        arrow
        for name, spec in policies.items()
        for arrow in _entering(name, spec, visitors, open_ports.get(name, set()))
    }
    return leaving, entering, set(policies)


def _leaving(name: str, spec: Mapping[str, Any], servers: Names) -> Iterator[Arrow]:
    assert set(spec["policyTypes"]) == {"Ingress", "Egress"}, name  # noqa: S101 (else one direction is open)
    for rule in spec.get("egress", []):
        ports = [port["port"] for port in rule["ports"]]
        if ports == [53, 53]:
            continue
        for peer in rule.get("to", [{}]):
            if ports == ["http"]:
                yield Arrow(name, _component(peer["podSelector"]))
            else:
                yield from (Arrow(name, servers[port]) for port in ports)


def _entering(name: str, spec: Mapping[str, Any], visitors: Mapping[str, str], open_ports: set[str]) -> Iterator[Arrow]:
    """A visitor who is known may read every port that the pod has; all others come to the one of its API."""
    for rule in spec.get("ingress", []):
        ports = {port["port"] for port in rule["ports"]}
        for peer in rule.get("from", [{}]):
            source = _source(peer, visitors)
            allowed = open_ports if source in visitors.values() else {"http"}
            assert ports == allowed, f"{source} to {name}: {ports}"  # noqa: S101 (a port too many, or one that is closed)
            yield Arrow(source, name)


def _source(peer: Rule, visitors: Mapping[str, str]) -> str:
    if set(peer) == {"podSelector"}:
        return _component(peer["podSelector"])
    namespace = peer.get("namespaceSelector", {}).get("matchLabels", {}).get(NAMESPACE, "")
    return visitors.get(namespace, OUTSIDE)


def _component(selector: Mapping[str, Any]) -> str:
    return str(selector["matchLabels"][COMPONENT])
