"""The half of deploy/smoke.sh that wants a cluster, with a stand-in for one: what it asks, in which order, its end."""

import asyncio
import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from deploy.chart import helm, kinds, policy
from deploy.chart.manifests import Manifest
from deploy.local.stack import Stack
from tests.deploy.smoke.conftest import SCRIPT, a_cluster, smoke

POD = 'set -eu; . "$1"; name=relance namespace=relance; publisher_pod F-2026-00001 120.00 smoke-1'


@pytest.mark.parametrize("example", ["managed", "production-3-zones", "trial"])
def test_the_pod_that_publishes_is_on_the_bus_of_the_installation(tmp_path: Path, example: str) -> None:
    pod = publisher_pod(tmp_path, example)
    (container,) = pod["spec"]["containers"]
    environment = {each["name"]: each for each in container["env"]}

    assert kinds.mistakes(pod) == []
    assert policy.breaches([pod]) == []
    assert container["args"][2:6] == ["--invoice", "F-2026-00001", "--amount", "120.00"]
    assert environment["RELANCE_NATS_USER"]["value"] == "publisher"
    assert ("RELANCE_NATS_CREDENTIALS" in environment) is (example == "managed")
    assert ("RELANCE_NATS_CA" in environment) is (example == "production-3-zones")


def publisher_pod(directory: Path, example: str) -> Manifest:
    known = a_cluster(directory, helm.example(example))
    script = SCRIPT.parent / "smoke" / "cluster.sh"
    ended = subprocess.run(
        ["sh", "-c", POD, "sh", script], env=known, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    pod: Manifest = yaml.safe_load(ended.stdout)
    return pod


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("cluster",), "--values is missing"),
        (("cluster", "--values", "/no/such.yaml"), "--values /no/such.yaml: no such file"),
        (("cluster", "--value", "a"), "--value is no option of `cluster`"),
        (("cluster", "--values"), "--values needs a value"),
        (("cluster", "--values", str(SCRIPT), "--timeout", "10m"), "--timeout 10m: expected seconds"),
        (("claster",), "expected cluster, story or local"),
        (("story",), "SMOKE_IDENTITY_URL is not set"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else "",
)
def test_a_wrong_option_is_named(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    ended = smoke(a_cluster(tmp_path, helm.example("trial")), *arguments)

    assert ended.returncode == 2
    assert said in ended.stderr
    assert not (tmp_path / "calls").exists()


def test_what_is_installed_already_is_left_alone(tmp_path: Path) -> None:
    known = a_cluster(tmp_path, helm.example("trial"))
    (tmp_path / "installed").touch()
    ended = smoke(known, "cluster", "--values", helm.example("trial"))

    assert ended.returncode == 1
    assert "the release relance is installed in relance-smoke already" in ended.stderr
    assert (tmp_path / "installed").exists()
    assert not any("install" in call for call in calls(tmp_path))


def releases(*found: tuple[str, str, str]) -> str:
    """As `helm list --output json` tells them: name, namespace and chart of each."""
    return json.dumps(
        [
            {
                "name": name,
                "namespace": namespace,
                "revision": "1",
                "updated": "2026-11-30 09:00:00.1 +0000 UTC",
                "status": "deployed",
                "chart": chart,
                "app_version": "0.1.0",
            }
            for name, namespace, chart in found
        ],
        separators=(",", ":"),
    )


OTHERS = [("kube-prometheus-stack", "monitoring", "kube-prometheus-stack-80.0.0"), ("a", "b", "relance-bridge-1.0.0")]


def test_an_installation_elsewhere_is_left_its_servers(tmp_path: Path) -> None:
    """With the values of that one this one would take its messages, and its workflows."""
    known = a_cluster(tmp_path, helm.example("trial"))
    (tmp_path / "releases.json").write_text(releases(*OTHERS, ("invoices", "billing", "relance-0.1.0")))
    ended = smoke(known, "cluster", "--values", helm.example("trial"))

    assert ended.returncode == 1
    assert "Relance is installed on this cluster: invoices in billing" in ended.stderr
    assert "--beside" in ended.stderr
    assert not any(" install " in f" {call}" for call in calls(tmp_path))


@pytest.mark.parametrize(
    ("listed", "options"),
    [
        (releases(*OTHERS), ()),
        ("", ()),
        (releases(("invoices", "billing", "relance-0.1.0")), ("--beside",)),
    ],
    ids=["other charts", "who may not list", "with servers of its own"],
)
def test_what_is_no_installation_on_the_same_servers_hinders_nothing(
    tmp_path: Path, listed: str, options: tuple[str, ...]
) -> None:
    known = a_cluster(tmp_path, helm.example("trial"))
    (tmp_path / "releases.json").write_text(listed)
    if not listed:
        (tmp_path / "releases.json").unlink()
    ended = smoke(known, "cluster", "--values", helm.example("trial"), *options)

    assert "ok   installed" in ended.stdout


def test_what_stays_is_said(tmp_path: Path) -> None:
    known = a_cluster(tmp_path, helm.example("trial"))
    (tmp_path / "stays").touch()
    ended = smoke(known, "cluster", "--values", helm.example("trial"))

    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == "smoke: still there after the uninstallation: pod/relance-workflows-0"


def test_what_fails_is_uninstalled_too(tmp_path: Path) -> None:
    ended = smoke(a_cluster(tmp_path, helm.example("trial")), "cluster", "--values", helm.example("trial"))

    assert ended.returncode == 1
    assert "smoke: no administrator: " in ended.stderr, "there is no database"
    assert not (tmp_path / "installed").exists()
    assert "ok   uninstalled" in ended.stdout, "pods that are ending are waited for"
    assert unknown_options(calls(tmp_path)) == []


@pytest.mark.smoke
@pytest.mark.timeout(400)
@pytest.mark.asyncio(loop_scope="session")
async def test_it_installs_plays_the_story_and_uninstalls(tmp_path: Path, stack: Stack) -> None:
    known = a_cluster(tmp_path, helm.example("trial"))
    pods = {"RELANCE_DATABASE_URL": stack.servers.postgres.url("identity"), "RELANCE_NATS_URL": stack.servers.nats.url}
    (tmp_path / "urls.json").write_text(json.dumps(stack.urls))
    (tmp_path / "environment.json").write_text(json.dumps(pods | {"RELANCE_LOCAL_DIR": str(tmp_path / "none")}))
    ended = await asyncio.to_thread(smoke, known, "cluster", "--values", helm.example("trial"))

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.splitlines()[-1] == "All is well."
    told = calls(tmp_path)
    order = ["helm status", "helm install", "wait pods", "exec", "port-forward", "apply", "wait pod/", "helm uninstall"]
    found = [next(index for index, call in enumerate(told) if what in call) for what in order]
    assert found == sorted(found), told
    assert not (tmp_path / "installed").exists()
    forwards = [int(pid) for pid in (tmp_path / "forwards").read_text().split()]
    assert len(forwards) == 3
    assert not any(Path(f"/proc/{pid}").exists() for pid in forwards)
    assert unknown_options(told) == []


def calls(directory: Path) -> list[str]:
    return (directory / "calls").read_text().splitlines()


def unknown_options(told: Sequence[str]) -> list[str]:
    """Calls with an option that the real program does not have."""
    return [call for call in told for option in options(call) if option not in known_options(call)]


def options(call: str) -> list[str]:
    return re.findall(r"(?<= )--[a-z-]+", call.partition(" -- ")[0])


def known_options(call: str) -> set[str]:
    """Of the real program's command, as its help tells them."""
    program, *words = call.split()
    verb = words[2] if words[0] == "--namespace" else words[0]
    helps = [(verb, "--help"), ("options",) if program == "kubectl" else (verb, "--help")]
    told = [
        subprocess.run([helm.program(program), *each], capture_output=True, text=True, check=True) for each in helps
    ]
    return set(re.findall(r"--[a-z-]+", "".join(each.stdout for each in told)))
