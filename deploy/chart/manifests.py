"""Rendered manifests, and the pods in them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

Manifest = Mapping[str, Any]

QUICK = yaml.CSafeLoader
"""A fifth of the time that the loader in Python takes over the manifests of an installation."""

COMPONENT = "app.kubernetes.io/component"


@dataclass(frozen=True)
class Pod:
    """What a Deployment, a WorkerDeployment or a Job makes, or one by itself."""

    name: str
    kind: str
    labels: Mapping[str, str]
    spec: Mapping[str, Any]

    @property
    def container(self) -> Mapping[str, Any]:
        (only,) = self.spec["containers"]
        return dict(only)

    @property
    def containers(self) -> list[Mapping[str, Any]]:
        """Its own, those that run before it, and those that are put into it as it runs."""
        return [
            dict(each)
            for kind in ("containers", "initContainers", "ephemeralContainers")
            for each in self.spec.get(kind, [])
        ]

    @property
    def environment(self) -> dict[str, str]:
        return variables(self.container)


def read(rendered: str) -> list[Manifest]:
    return [each for each in yaml.load_all(rendered, Loader=QUICK) if each]


def named(manifest: Manifest) -> str:
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def of_kind(manifests: list[Manifest], kind: str) -> list[Manifest]:
    return [each for each in manifests if each["kind"] == kind]


def pods(manifests: list[Manifest]) -> Iterator[Pod]:
    for each in manifests:
        if each["kind"] in ("Deployment", "WorkerDeployment", "Job", "StatefulSet", "Pod"):
            template = each if each["kind"] == "Pod" else each["spec"]["template"]
            labels = template["metadata"]["labels"]
            yield Pod(labels.get(COMPONENT, each["metadata"]["name"]), each["kind"], labels, template["spec"])


def variables(container: Mapping[str, Any]) -> dict[str, str]:
    """By name; a value from a Secret is told as `secret NAME, KEY`."""
    return {each["name"]: _told(each) for each in container.get("env", [])}


def _told(variable: Mapping[str, Any]) -> str:
    if "value" in variable:
        return str(variable["value"])
    secret = variable["valueFrom"]["secretKeyRef"]
    return f"secret {secret['name']}, {secret['key']}"
