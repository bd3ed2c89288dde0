"""What every pod must keep to: Pod Security `restricted`, and the house's own rules."""

from collections.abc import Iterator

from deploy.chart.manifests import Manifest, Pod, of_kind, pods


def breaches(manifests: list[Manifest]) -> list[str]:
    return [f"{pod.name}: {what}" for pod in pods(manifests) for what in (*_restricted(pod), *_house(pod))] + [
        f"{each['metadata']['name']}: a Secret in the chart" for each in of_kind(manifests, "Secret")
    ]


def _restricted(pod: Pod) -> Iterator[str]:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted"""
    security = pod.spec.get("securityContext", {})
    if not security.get("runAsNonRoot") or not security.get("runAsUser"):
        yield "may run as root"
    if security.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
        yield "has no seccomp profile"
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.spec.get(name):
            yield f"has {name}"
    for volume in pod.spec.get("volumes", []):
        kinds = set(volume) - {"name"}
        allowed = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected"}
        if kinds - allowed - {"secret"}:
            yield f"mounts {kinds}"
    own = pod.container.get("securityContext", {})
    if own.get("allowPrivilegeEscalation") is not False:
        yield "may gain privileges"
    if own.get("capabilities", {}).get("drop") != ["ALL"] or own.get("capabilities", {}).get("add"):
        yield "keeps capabilities"
    if own.get("privileged"):
        yield "is privileged"
    if any("hostPort" in port for port in pod.container.get("ports", [])):
        yield "takes a port of its host"


def _house(pod: Pod) -> Iterator[str]:
    if pod.spec.get("automountServiceAccountToken") is not False:
        yield "mounts a token of its ServiceAccount"
    if pod.spec.get("enableServiceLinks") is not False:
        yield "gets variables of Services, which look like settings"
    if not pod.container.get("securityContext", {}).get("readOnlyRootFilesystem"):
        yield "may write to its root file system"
    resources = pod.container.get("resources", {})
    if not {"cpu", "memory"} <= set(resources.get("requests", {})) or "memory" not in resources.get("limits", {}):
        yield "does not say what it takes"
    if pod.container["image"].endswith(":latest") or not {":", "@"} & set(pod.container["image"].rsplit("/", 1)[-1]):
        yield f"runs {pod.container['image']}, which may be any version"
    for name, value in pod.environment.items():
        if any(word in name for word in ("PASSWORD", "API_KEY", "DATABASE_URL")) and not value.startswith("secret "):
            yield f"has {name} in clear text"
    if pod.kind in ("Deployment", "WorkerDeployment") and not {
        "startupProbe",
        "livenessProbe",
        "readinessProbe",
    } <= set(pod.container):
        yield "lacks a probe"
