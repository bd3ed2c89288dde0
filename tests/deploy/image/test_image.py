"""The image, built on a base of this machine's Debian and run as a cluster would run it: `make test-image`."""

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx2
import pytest

from chassis import migrations
from deploy.local.ports import free_port
from tests.support.databases import Databases
from tests.support.tokens import Keys

ROOT = Path(__file__).parents[3]
PROGRAMS = ("buildah", "podman", "runc", "mmdebstrap")
BASE, TAG = "localhost/relance-base:test", "localhost/relance:test"
MOST_MB = 300
USER = "10001"
ROLES = (
    *((f"services.{name}.main", "api") for name in ("quotes", "billing", "dunning", "notify", "console")),
    *((f"services.{name}.main", "worker") for name in ("quotes", "billing", "dunning", "notify", "identity")),
    ("services.identity.main", "api"),
    ("workflows.worker", ""),
    ("chassis.provision", ""),
)

pytestmark = [pytest.mark.image, pytest.mark.timeout(1800)]


def run(*command: str, timeout: float = 900, **environment: str) -> str:
    """What it writes; its own words when it fails."""
    known = {**os.environ, "STORAGE_DRIVER": "vfs", **environment}
    done = subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True, timeout=timeout, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def built() -> str:
    """The id of an image built anew, with no layer of an earlier one."""
    given = [each for name in ("/opt/wheels", "/opt/pypi", "/opt/pypi-more", "/etc/ssl/certs") for each in _lent(name)]
    settings = Path.home() / ".config/pip/pip.conf"
    if settings.exists():  # where this machine's packages come from is the machine's business
        given += ["--volume", f"{settings}:/etc/pip.conf:ro"]
    run(
        *("buildah", "bud", "--isolation", "chroot", "--layers=false", "--timestamp", "0", *given),
        *("--build-arg", f"BASE={BASE}", "-f", "deploy/image/Containerfile", "-t", TAG, "."),
    )
    return run("buildah", "inspect", "--type", "image", "--format", "{{.FromImageID}}", TAG).strip()


def _lent(directory: str) -> Sequence[str]:
    return ("--volume", f"{directory}:{directory}:ro") if Path(directory).exists() else ()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} missing: apt-get install buildah podman runc mmdebstrap brings them")
    tar = tmp_path_factory.mktemp("base") / "base.tar"
    run("mmdebstrap", "--variant=apt", "--include=ca-certificates,python3,python3-venv", "bookworm", str(tar))
    container = run("buildah", "from", "scratch").strip()
    run("buildah", "add", "-q", container, str(tar), "/")
    run("buildah", "commit", "-q", "--rm", container, BASE)
    yield built()
    run("buildah", "rmi", "--force", TAG, BASE)


def contents() -> dict[str, str]:
    """Each file of the image by its path, as a hash of what it holds and what it is."""
    container = run("buildah", "from", TAG).strip()
    mounted = Path(run("buildah", "mount", container).strip())
    try:
        return {str(path.relative_to(mounted)): _of(path) for path in sorted(mounted.rglob("*"))}
    finally:
        run("buildah", "umount", container)
        run("buildah", "rm", container)


def _of(path: Path) -> str:
    if path.is_symlink():
        return f"to {path.readlink()}"
    kind = f"{path.lstat().st_mode:o} {path.lstat().st_uid}"
    return f"{kind} {hashlib.sha256(path.read_bytes()).hexdigest()}" if path.is_file() else kind


def in_a_container(*arguments: str, name: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """As a pod with a read-only root, without any capability, on the network of this machine."""
    command = [
        *("podman", "--cgroup-manager=cgroupfs", "run", "--rm", "--runtime", "runc", "--network=host"),
        *("--read-only", "--cap-drop=all", "--security-opt=no-new-privileges"),
        *("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000"),
        *(("--name", name, "--detach") if name else ()),
        *(each for key, value in environment.items() for each in ("--env", f"{key}={value}")),
    ]
    known = {**os.environ, "STORAGE_DRIVER": "vfs"}
    return subprocess.run(
        [*command, TAG, *arguments], env=known, capture_output=True, text=True, timeout=120, check=False
    )


def test_it_is_small_runs_as_nobody_in_particular_and_says_what_is_in_it(image: str) -> None:
    facts = json.loads(run("buildah", "inspect", "--type", "image", TAG))["OCIv1"]
    assert facts["config"]["User"].split(":")[0] == USER
    assert _megabytes() < MOST_MB

    listed = in_a_container("-c", "print(open('/opt/relance/sbom.cdx.json').read())")
    components = json.loads(listed.stdout)["components"]
    assert {"temporalio", "fastapi", "sqlmodel", "weasyprint"} <= {each["name"] for each in components}


def _megabytes() -> float:
    """As a registry keeps it and a node fetches it: compressed."""
    archive = ROOT / "build" / "image.tar"
    archive.parent.mkdir(exist_ok=True)
    run("buildah", "push", TAG, f"oci-archive:{archive}")
    size = archive.stat().st_size / 1e6
    archive.unlink()
    return size


def test_two_builds_hold_the_same(image: str) -> None:
    first = contents()
    assert built()
    second = contents()
    assert {path for path in first | second if first.get(path) != second.get(path)} == set()


@pytest.mark.parametrize(("module", "role"), ROLES, ids=lambda each: each)
def test_every_role_starts_from_it_and_names_the_settings_it_lacks(image: str, module: str, role: str) -> None:
    ended = in_a_container("-m", module, *([role] if role else []), RELANCE_NATS_URL="nats://127.0.0.1:1")
    said = ended.stdout + ended.stderr
    assert ended.returncode != 0
    assert "RELANCE_" in said, said
    assert "Traceback" not in said, said


async def test_an_api_serves_from_a_root_that_nobody_can_write(image: str, databases: Databases, keys: Keys) -> None:
    dsn = await databases.fresh("billing", lambda dsn: migrations.migrate("billing", dsn))
    keys.jwks.chmod(0o644)
    port, name = free_port(), f"relance-image-{os.getpid()}"
    started = in_a_container(
        *("-m", "services.billing.main", "api"), name=name,
        RELANCE_DATABASE_URL=dsn, RELANCE_AUTH_JWKS="https://127.0.0.1:1/jwks.json", RELANCE_PORT=str(port),
    )  # fmt: skip
    try:
        assert started.returncode == 0, started.stderr
        deadline = time.monotonic() + 60
        while not _answers(port):
            assert time.monotonic() < deadline, run("podman", "logs", name)
            await asyncio.sleep(0.2)
        assert httpx2.get(f"http://127.0.0.1:{port}/readyz", timeout=30).json()["checks"]["database"] == "ok"
    finally:
        run("podman", "rm", "--force", "--time", "2", name)


def _answers(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/healthz", timeout=2).is_success
    except httpx2.TransportError:
        return False
