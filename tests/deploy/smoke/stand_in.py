"""Stands in for `helm` and `kubectl` where there is no cluster: what they would reach is the local stack.

Real are the manifests (Helm renders them), what kubectl reads out of them, the administrator, and the event.
STAND_IN is a directory: `release.yaml` is what Helm renders, `urls.json` where the services are, `environment.json`
what the pods have; `releases.json` what `helm list` tells, and a file `stays` a pod that does not end. Each call is
added to `calls` there; the publisher's pod is kept as `pod.yaml`.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

HOME = Path(os.environ["STAND_IN"])
DONE = ("logs", "delete")
INSTALLED, ENDING = HOME / "installed", HOME / "ending"


def main(program: str, arguments: Sequence[str]) -> int:
    with (HOME / "calls").open("a") as calls:
        calls.write(f"{program} {' '.join(arguments)}\n")
    return helm(*arguments) if program == "helm" else kubectl(*arguments[2:])  # after --namespace NAME


def helm(verb: str, *rest: str) -> int:
    if verb == "list":
        return told(HOME / "releases.json")
    if verb == "install":
        INSTALLED.touch()
    elif verb == "uninstall":
        INSTALLED.unlink()
        if "--cascade foreground" not in " ".join(rest):  # in the background pods outlive their Deployments
            ENDING.touch()
    return 0 if verb != "status" or INSTALLED.exists() else 1


def kubectl(verb: str, *rest: str) -> int:
    if verb == "wait":
        if "--for=delete" in rest:
            ENDING.unlink(missing_ok=True)
        return 0
    if verb == "get" and rest[0] == "all":
        there = [each for each in (INSTALLED, ENDING, HOME / "stays") if each.exists()]
        sys.stdout.write("pod/relance-workflows-0\n" if there else "")
        return 0
    if verb == "exec":
        command = list(rest[rest.index("--") + 1 :])
        return run(command[1:])
    if verb == "port-forward":
        service = rest[0].removeprefix("service/relance-")
        port = json.loads((HOME / "urls.json").read_text())[service].rpartition(":")[2]
        sys.stdout.write(f"Forwarding from 127.0.0.1:{port} -> 8080\n")
        sys.stdout.flush()
        with (HOME / "forwards").open("a") as forwards:
            forwards.write(f"{os.getpid()}\n")
        time.sleep(600)
    if verb == "apply":
        return publish(Path(rest[rest.index("--filename") + 1]))
    if verb == "get" and rest[0] == "deployment":
        return read(rest[1], rest[rest.index("--output") + 1])
    return 0 if verb in (*DONE, "get") else 2


def told(file: Path) -> int:
    """Its text; where there is none, the caller may not ask."""
    sys.stdout.write(file.read_text() if file.exists() else "")
    return 0 if file.exists() else 1


def read(deployment: str, path: str) -> int:
    """By kubectl itself, out of what Helm renders."""
    import yaml  # here, since most of the many calls need none of it

    found = [each for each in yaml.load_all((HOME / "release.yaml").read_text(), Loader=yaml.CSafeLoader) if each]
    (asked,) = (each for each in found if each["kind"] == "Deployment" and each["metadata"]["name"] == deployment)
    file = HOME / "deployment.yaml"
    file.write_text(yaml.safe_dump(asked))
    command = [os.environ["KUBECTL"], "label", "--local", "--filename", str(file), "smoke=read", "--output", path]
    return subprocess.run(command, check=False).returncode


def publish(manifest: Path) -> int:
    import yaml

    pod = manifest.read_text()
    (HOME / "pod.yaml").write_text(pod)
    container = yaml.safe_load(pod)["spec"]["containers"][0]
    return run([*container["command"][1:], *container["args"]])


def run(arguments: Sequence[str]) -> int:
    """As the image's Python would, with what the pods of the local stack have."""
    given = json.loads((HOME / "environment.json").read_text())
    command: list[str] = [sys.executable, *arguments]
    return subprocess.run(command, env={**os.environ, **given}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[0]).name, sys.argv[1:]))
