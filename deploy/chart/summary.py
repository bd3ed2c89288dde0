"""A rendered chart in words, so that the difference between two releases can be read."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
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
    name = str(manifest["metadata"]["name"])
    if HOOK not in notes:
        return name
    gone = notes.get(f"{HOOK}-delete-policy", "never")
    return f"{name}  ({notes[HOOK]}, weight {notes.get(f'{HOOK}-weight', 0)}, deleted {gone})"


def _lines(manifest: Manifest) -> Iterator[str]:
    notes = manifest["metadata"].get("annotations", {})
    yield from (f"{key}: {value}" for key, value in sorted(notes.items()) if not key.startswith(HOOK))
    kind, spec = manifest["kind"], manifest.get("spec", {})
    if kind == "NetworkPolicy":
        yield from _flat(_without(spec, "ingress", "egress"))
        yield from _rules("from", spec.get("ingress", []), spec["podSelector"])
        yield from _rules("to", spec.get("egress", []), spec["podSelector"])
    elif kind == "PrometheusRule":
        yield from (line for group in spec["groups"] for line in _group(group))
    elif kind == "ConfigMap":
        yield from (f"holds {key}: {_digest(text)}" for key, text in sorted(manifest["data"].items()))
    elif kind == "ServiceAccount":
        yield f"token: {'yes' if manifest.get('automountServiceAccountToken', True) else 'no'}"
    else:
        yield from _flat(_without(spec, "template"))
        for pod in pods([manifest]):
            yield from _of_pod(pod)
        if kind == "WorkerResourceTemplate":
            yield from _flat(spec["template"])


def _group(group: Mapping[str, Any]) -> Iterator[str]:
    """Its alerts; of what each says to people a digest."""
    yield from _flat(_without(group, "rules"), f"group {group['name']}")
    for rule in group["rules"]:
        labels = _in_words(rule["labels"])
        yield f"alert {rule['alert']}, {labels}, for {rule.get('for', '0s')}: {' '.join(rule['expr'].split())}"
        yield f"alert {rule['alert']} says {_digest(_in_words(rule['annotations']))}"


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
        yield from _flat(_without(spread, "topologyKey"), f"spread over {spread['topologyKey']}")
    mounts = {each["name"]: each for each in container.get("volumeMounts", [])}
    for volume in pod.spec.get("volumes", []):
        mount = mounts[volume["name"]]
        way = _in_words(_without(mount, "name", "mountPath"))
        yield f"mounts {mount['mountPath']} ({way or 'readOnly: False'}): {_content(volume)}"
    yield from (f"env {name} = {value}" for name, value in sorted(pod.environment.items()))
    yield from _flat(_without(container, *OF_A_CONTAINER), "container")
    yield from _flat(_without(pod.spec, *OF_A_POD), "pod")


OF_A_CONTAINER = (
    *("name", "image", "command", "args", "env", "ports", "resources", "lifecycle", "volumeMounts"),
    *("startupProbe", "livenessProbe", "readinessProbe"),
)
OF_A_POD = ("containers", "volumes", "terminationGracePeriodSeconds", "topologySpreadConstraints")
"""What has words of its own; the rest is told as it stands."""


def _content(volume: Mapping[str, Any]) -> str:
    if "secret" not in volume:
        return _in_words({key: value for key, value in volume.items() if key != "name"})
    secret = volume["secret"]
    keys = ", ".join(_item(each) for each in secret.get("items", [])) or "all of it"
    return f"secret {secret['secretName']}: {keys} (mode {secret['defaultMode']:04o})"


def _item(item: Mapping[str, str]) -> str:
    return item["key"] if item["key"] == item["path"] else f"{item['key']} as {item['path']}"


def _rules(direction: str, rules: Sequence[Mapping[str, Any]], own: Mapping[str, Any]) -> Iterator[str]:
    if not rules:
        yield f"{direction} nobody"
    for rule in rules:
        ports = ", ".join(f"{port['port']}/{port['protocol']}" for port in rule["ports"])
        yield from (f"{direction} {_peer(peer, own)} on {ports}" for peer in rule.get(direction, [{}]))


def _peer(peer: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    """A kind of pod of the same release by its name."""
    if not peer:
        return "any address"
    name = peer.get("podSelector", {}).get("matchLabels", {}).get(COMPONENT)
    of_the_release = {"podSelector": {**own, "matchLabels": {**own["matchLabels"], COMPONENT: name}}}
    return str(name) if peer == of_the_release else _in_words(peer)


def _digest(text: str) -> str:
    return f"sha256 {sha256(text.encode()).hexdigest()[:16]}"


def _without(whole: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in whole.items() if key not in names}


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
