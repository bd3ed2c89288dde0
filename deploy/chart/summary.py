"""A rendered chart in words, so that the difference between two releases can be read."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from deploy.chart.manifests import COMPONENT, Manifest, Pod, pods

HOOK = "helm.sh/hook"


def summary(manifests: list[Manifest]) -> str:
    """By kind; what all of a kind have in common is told once. Labels and the order of Helm do not count."""
    of_kinds: dict[str, list[Manifest]] = {}
    for each in sorted(manifests, key=lambda each: (each["kind"], each["metadata"]["name"])):
        of_kinds.setdefault(each["kind"], []).append(each)
    return "\n".join(line for kind, found in of_kinds.items() for line in (*_block(kind, found), ""))


def _block(kind: str, found: list[Manifest]) -> Iterator[str]:
    told = {_title(each): list(_lines(each)) for each in found}
    shared = [line for line in next(iter(told.values())) if all(line in lines for lines in told.values())]
    yield f"{kind}: {len(found)}"
    for title, lines in told.items() if len(found) > 1 else [("", [])]:
        yield from (f"  {title}",) if title else ()
        yield from (f"    {line}" for line in lines if line not in shared)
    heading = "each" if len(found) > 1 else next(iter(told))
    yield from (f"  {heading}", *(f"    {line}" for line in shared)) if shared else ()


def _title(manifest: Manifest) -> str:
    notes = manifest["metadata"].get("annotations", {})
    hook = f"  ({notes[HOOK]}, weight {notes.get(HOOK + '-weight', 0)})" if HOOK in notes else ""
    return f"{manifest['metadata']['name']}{hook}"


def _lines(manifest: Manifest) -> Iterator[str]:
    notes = manifest["metadata"].get("annotations", {})
    yield from (f"{key}: {value}" for key, value in sorted(notes.items()) if not key.startswith(HOOK))
    kind, spec = manifest["kind"], manifest.get("spec", {})
    if kind == "NetworkPolicy":
        yield from _rules("from", spec.get("ingress", []))
        yield from _rules("to", spec.get("egress", []))
    elif kind == "PrometheusRule":
        yield from (f"alert {rule['alert']}" for group in spec["groups"] for rule in group["rules"])
    elif kind == "ConfigMap":
        yield from (f"holds {key}" for key in sorted(manifest["data"]))
    elif kind == "ServiceAccount":
        yield f"token: {'yes' if manifest.get('automountServiceAccountToken', True) else 'no'}"
    else:
        yield from _flat({key: value for key, value in spec.items() if key not in ("template", "selector")})
        for pod in pods([manifest]):
            yield from _of_pod(pod)
        if kind == "WorkerResourceTemplate":
            yield from _flat(spec["template"])
        elif kind in ("Service", "ServiceMonitor", "PodMonitor"):
            yield from _flat({"selector": spec["selector"]})


def _of_pod(pod: Pod) -> Iterator[str]:
    container = pod.container
    yield f"image {container['image']}"
    yield f"runs {' '.join((*container.get('command', []), *container.get('args', [])))}"
    requests, limits = container["resources"]["requests"], container["resources"]["limits"]
    yield f"takes {_pairs(requests)}; at most {_pairs(limits)}"
    yield from (f"listens {port['name']} {port['containerPort']}" for port in container.get("ports", []))
    for probe in ("startup", "liveness", "readiness"):
        if asked := container.get(f"{probe}Probe"):
            yield f"{probe} {_in_words(asked)}"
    if "lifecycle" in container:
        yield f"lifecycle {_in_words(container['lifecycle'])}"
    yield f"ends within {pod.spec.get('terminationGracePeriodSeconds', 30)} s"
    for spread in pod.spec.get("topologySpreadConstraints", []):
        yield f"spread over {spread['topologyKey']}: {spread['whenUnsatisfiable']}"
    yield from (f"{key} {pod.spec[key]}" for key in ("serviceAccountName", "priorityClassName") if key in pod.spec)
    mounts = {each["name"]: each["mountPath"] for each in container.get("volumeMounts", [])}
    for volume in pod.spec.get("volumes", []):
        yield f"mounts {mounts[volume['name']]}: {_content(volume)}"
    yield from (f"env {name} = {value}" for name, value in sorted(pod.environment.items()))


def _content(volume: Mapping[str, Any]) -> str:
    if "secret" not in volume:
        return _in_words({key: value for key, value in volume.items() if key != "name"})
    secret = volume["secret"]
    keys = ", ".join(item["key"] for item in secret.get("items", [])) or "all of it"
    return f"secret {secret['secretName']}: {keys} (mode {secret['defaultMode']:04o})"


def _rules(direction: str, rules: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not rules:
        yield f"{direction} nobody"
    for rule in rules:
        ports = ", ".join(f"{port['port']}/{port['protocol']}" for port in rule["ports"])
        yield from (f"{direction} {_peer(peer)} on {ports}" for peer in rule.get(direction, [{}]))


def _peer(peer: Mapping[str, Any]) -> str:
    if not peer:
        return "any address"
    own = peer.get("podSelector", {}).get("matchLabels", {}).get(COMPONENT)
    return str(own) if own else _in_words(peer)


def _flat(value: Any, path: str = "") -> Iterator[str]:
    """Each leaf by its path: `rules.0.host: relance.example.com`."""
    if isinstance(value, Mapping) and value:
        for key in sorted(value):
            yield from _flat(value[key], f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value:
        for index, each in enumerate(value):
            yield from _flat(each, f"{path}.{index}")
    else:
        yield f"{path}: {value}"


def _in_words(value: Any) -> str:
    return ", ".join(_flat(value))


def _pairs(amounts: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {amount}" for name, amount in sorted(amounts.items()))
