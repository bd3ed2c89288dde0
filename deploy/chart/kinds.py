"""Strict validation of manifests: a field that a kind does not have, and a kind that is unknown, are errors."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from deploy.chart.custom_kinds import CUSTOM
from deploy.chart.manifests import Manifest, named

SCHEMAS = files("kubernetes_validate") / "kubernetes-json-schema" / "v1.37.0-local-strict"


class KindIsUnknown(LookupError):
    """Neither of Kubernetes nor of the operators that the chart knows."""


def mistakes(manifest: Manifest) -> list[str]:
    """Each with the manifest, the field, and what is wrong; empty when all is well."""
    api, kind = manifest["apiVersion"], manifest["kind"]
    try:
        found = sorted(
            _validator(api, kind).iter_errors(manifest), key=lambda error: list(map(str, error.absolute_path))
        )
    except KindIsUnknown:
        return [f"{named(manifest)}: no kind {kind} of {api} is known"]
    told = [f"{named(manifest)}: {'.'.join(map(str, error.absolute_path))}: {error.message}" for error in found]
    return told or [mistake for inner in _within(manifest) for mistake in mistakes(inner)]


@cache
def _validator(api: str, kind: str) -> Draft202012Validator:
    if custom := CUSTOM.get((api, kind)):
        return Draft202012Validator(custom)
    group, _, version = api.rpartition("/")
    name = "-".join(part for part in (kind.lower(), group.split(".")[0], version) if part)
    if not re.fullmatch(r"[a-z0-9-]+", name) or not (SCHEMAS / f"{name}.json").is_file():
        raise KindIsUnknown
    schema = _schema(f"{name}.json")
    if not any(
        each["group"] == group and each["kind"] == kind for each in schema.get("x-kubernetes-group-version-kind", [])
    ):
        raise KindIsUnknown
    return Draft202012Validator(schema, registry=Resource.from_contents(_schema("_definitions.json")) @ Registry())


@cache
def _schema(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text())


def _within(manifest: Manifest) -> list[Manifest]:
    """What a custom kind carries of the kinds of Kubernetes, as manifests of those."""
    spec: Mapping[str, Any] = manifest.get("spec", {})
    metadata = {"name": manifest["metadata"]["name"]}
    if manifest["kind"] == "WorkerDeployment":
        selector = {"matchLabels": spec["template"]["metadata"]["labels"]}
        inner = {"selector": selector, "template": spec["template"]}
        return [{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": inner}]
    if manifest["kind"] == "WorkerResourceTemplate":
        return [{**spec["template"], "metadata": metadata, "spec": _filled_in(spec["template"]["spec"])}]
    return []


def _filled_in(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was left empty, as the Worker Controller completes it for each version."""
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "of-a-version"}
    if "triggers" not in spec:
        return {**spec, "scaleTargetRef": target}
    triggers = [
        {**each, "metadata": {name: value or "of a version" for name, value in each["metadata"].items()}}
        for each in spec["triggers"]
    ]
    return {**spec, "scaleTargetRef": target, "triggers": triggers}
