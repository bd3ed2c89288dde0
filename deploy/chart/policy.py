"""What every pod must keep to: Pod Security `restricted`, and the house's own rules."""

from collections.abc import Iterator, Mapping
from typing import Any

from deploy.chart.manifests import Manifest, Pod, of_kind, pods, variables

SECRET = ("PASSWORD", "API_KEY", "DATABASE_URL", "SEALING_KEYS", "CLIENT_SECRET")
VOLUMES = {
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"),
}


def breaches(manifests: list[Manifest]) -> list[str]:
    return [f"{pod.name}: {what}" for pod in pods(manifests) for what in _of_pod(pod)] + [
        f"{each['metadata']['name']}: a Secret in the chart" for each in of_kind(manifests, "Secret")
    ]


def _of_pod(pod: Pod) -> Iterator[str]:
    yield from _restricted_pod(pod.spec)
    yield from _house_pod(pod.spec)
    for each in pod.containers:
        of_which = "" if each == pod.container else f", in its container {each['name']}"
        yield from (f"{what}{of_which}" for what in (*_restricted(each, pod.spec), *_house(each)))
    if pod.kind in ("Deployment", "WorkerDeployment") and not {
        "startupProbe",
        "livenessProbe",
        "readinessProbe",
    } <= set(pod.container):
        yield "lacks a probe"


def _restricted_pod(spec: Mapping[str, Any]) -> Iterator[str]:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted"""
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(name):
            yield f"has {name}"
    for volume in spec.get("volumes", []):
        if kinds := set(volume) - {"name"} - VOLUMES:
            yield f"mounts {kinds}"


def _restricted(container: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[str]:
    own = container.get("securityContext", {})
    security = {**spec.get("securityContext", {}), **own}  # what a container says goes before what its pod says
    if security.get("runAsNonRoot") is not True or not security.get("runAsUser"):
        yield "may run as root"
    if security.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
        yield "has no seccomp profile"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "may gain privileges"
    if own.get("capabilities", {}).get("drop") != ["ALL"] or own.get("capabilities", {}).get("add"):
        yield "keeps capabilities"
    if own.get("privileged"):
        yield "is privileged"
    if any("hostPort" in port for port in container.get("ports", [])):
        yield "takes a port of its host"


def _house_pod(spec: Mapping[str, Any]) -> Iterator[str]:
    if spec.get("automountServiceAccountToken") is not False:
        yield "mounts a token of its ServiceAccount"
    if spec.get("enableServiceLinks") is not False:
        yield "gets variables of Services, which look like settings"


def _house(container: Mapping[str, Any]) -> Iterator[str]:
    if not container.get("securityContext", {}).get("readOnlyRootFilesystem"):
        yield "may write to its root file system"
    resources = container.get("resources", {})
    if not {"cpu", "memory"} <= set(resources.get("requests", {})) or "memory" not in resources.get("limits", {}):
        yield "does not say what it takes"
    if container["image"].endswith(":latest") or not {":", "@"} & set(container["image"].rsplit("/", 1)[-1]):
        yield f"runs {container['image']}, which may be any version"
    for name, value in variables(container).items():
        if any(word in name for word in SECRET) and not value.startswith("secret "):
            yield f"has {name} in clear text"
