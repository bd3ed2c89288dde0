"""Who may reach whom, as rendered NetworkPolicies say it: both ends have to allow an arrow between two pods."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deploy.chart.manifests import COMPONENT, Manifest, of_kind

Rule = Mapping[str, Any]


@dataclass(frozen=True, order=True)
class Arrow:
    """From a kind of pod to another, or to a port of a server outside of the chart."""

    source: str
    target: str


def arrows(manifests: list[Manifest], servers: Mapping[int, str]) -> set[Arrow]:
    """`servers`: the name of what listens on each port outside. Asking for names (DNS) is not told."""
    policies = {_component(each["spec"]["podSelector"]): each["spec"] for each in of_kind(manifests, "NetworkPolicy")}
    leaving = {arrow for name, spec in policies.items() for arrow in _leaving(name, spec, servers)}
    entering = {arrow for name, spec in policies.items() for arrow in _entering(name, spec)}
    outside = {arrow for arrow in leaving if arrow.target in servers.values()}
    return outside | (leaving & entering) | {arrow for arrow in entering if arrow.source == OUTSIDE}


def one_sided(manifests: list[Manifest], servers: Mapping[int, str]) -> set[Arrow]:
    """Arrows that one end allows and the other does not: they can never be used."""
    policies = {_component(each["spec"]["podSelector"]): each["spec"] for each in of_kind(manifests, "NetworkPolicy")}
    leaving = {arrow for name, spec in policies.items() for arrow in _leaving(name, spec, servers)}
    entering = {arrow for name, spec in policies.items() for arrow in _entering(name, spec)}
    return {arrow for arrow in leaving ^ entering if arrow.target not in servers.values() and arrow.source != OUTSIDE}


OUTSIDE = "outside"


def _leaving(name: str, spec: Mapping[str, Any], servers: Mapping[int, str]) -> Iterator[Arrow]:
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


def _entering(name: str, spec: Mapping[str, Any]) -> Iterator[Arrow]:
    for rule in spec.get("ingress", []):
        assert [port["port"] for port in rule["ports"]] == ["http"], name  # noqa: S101 (it is the only one)
        for peer in rule.get("from", [{}]):
            own = set(peer) == {"podSelector"}
            yield Arrow(_component(peer["podSelector"]) if own else OUTSIDE, name)


def _component(selector: Mapping[str, Any]) -> str:
    return str(selector["matchLabels"][COMPONENT])
