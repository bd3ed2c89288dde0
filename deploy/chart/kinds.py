"""Strict validation of manifests: a field that a kind does not have, and a kind that is unknown, are errors."""

from collections.abc import Mapping
from typing import Any

import jsonschema
from kubernetes_validate.utils import SchemaNotFoundError, validate

from deploy.chart.custom_kinds import CUSTOM
from deploy.chart.manifests import Manifest, named

KUBERNETES = "1.37"


def mistakes(manifest: Manifest) -> list[str]:
    """Each with the manifest, the field, and what is wrong; empty when all is well."""
    custom = CUSTOM.get((manifest["apiVersion"], manifest["kind"]))
    try:
        if custom is None:
            validate(dict(manifest), KUBERNETES, strict=True)
        else:
            jsonschema.validate(manifest, custom)
            return [mistake for inner in _within(manifest) for mistake in mistakes(inner)]
    except SchemaNotFoundError:
        return [f"{named(manifest)}: no kind {manifest['kind']} of {manifest['apiVersion']} is known"]
    except jsonschema.ValidationError as error:
        return [f"{named(manifest)}: {'.'.join(str(part) for part in error.absolute_path)}: {error.message}"]
    return []


def _within(manifest: Manifest) -> list[Manifest]:
    """What a custom kind carries of the kinds of Kubernetes, as manifests of those."""
    spec: Mapping[str, Any] = manifest["spec"]
    metadata = {"name": manifest["metadata"]["name"]}
    if manifest["kind"] == "WorkerDeployment":
        selector = {"matchLabels": spec["template"]["metadata"]["labels"]}
        inner = {"selector": selector, "template": spec["template"]}
        return [{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": inner}]
    if manifest["kind"] == "WorkerResourceTemplate":
        target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "the controller fills this in"}
        template = spec["template"]
        return [{**template, "metadata": metadata, "spec": {**template["spec"], "scaleTargetRef": target}}]
    return []
