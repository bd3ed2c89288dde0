"""The image, built on a base of this machine's Debian and run as a cluster would run it: `make test-image`."""

import asyncio
import hashlib
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from chassis import migrations
from deploy.local.ports import free_port
from tests.deploy.image.conftest import READ_ONLY, TAG, built, run
from tests.support.databases import Databases
from tests.support.tokens import Keys

ROOT = Path(__file__).parents[3]
MOST_MB, MOST_UNPACKED_MB = 300, 500
USER = "10001"
ROLES = (
    *((f"services.{name}.main", "api") for name in ("quotes", "billing", "dunning", "notify", "console")),
    *((f"services.{name}.main", "worker") for name in ("quotes", "billing", "dunning", "notify", "identity")),
    ("services.identity.main", "api"),
    ("workflows.worker", ""),
    ("chassis.provision", ""),
)

pytestmark = [pytest.mark.image, pytest.mark.timeout(1800)]


def contents() -> dict[str, str]:
    """Each file of the image by its path, as a hash of what it holds and what it is."""
    with unpacked() as root:
        return {str(path.relative_to(root)): _of(path) for path in sorted(root.rglob("*"))}


@contextmanager
def unpacked() -> Iterator[Path]:
    """The root of the image, mounted."""
    container = run("buildah", "from", TAG).strip()
    try:
        yield Path(run("buildah", "mount", container).strip())
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
        *(*READ_ONLY, "--cap-drop=all", "--security-opt=no-new-privileges"),
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
    assert _compressed_megabytes() < MOST_MB
    assert _unpacked_megabytes() < MOST_UNPACKED_MB

    listed = in_a_container("-c", "print(open('/opt/relance/sbom.cdx.json').read())")
    components = json.loads(listed.stdout)["components"]
    assert {"temporalio", "fastapi", "sqlmodel", "weasyprint"} <= {each["name"] for each in components}


def test_nothing_but_tmp_may_be_written(image: str) -> None:
    """Where the modes of the files would allow it."""
    ended = in_a_container("-c", TRIES_TO_WRITE)
    assert ended.stdout.split() == ["/tmp"], ended.stdout + ended.stderr


TRIES_TO_WRITE = """
import tempfile
for place in ("/", "/opt/relance/app", "/run", "/tmp", "/var/tmp"):
    try:
        tempfile.TemporaryFile(dir=place).close()
    except OSError:
        continue
    print(place)
"""


def _unpacked_megabytes() -> float:
    """As a node keeps it; a file of several names once."""
    with unpacked() as root:
        files = {(each.st_dev, each.st_ino): each.st_size for each in (path.lstat() for path in root.rglob("*"))}
        return sum(files.values()) / 1e6


def _compressed_megabytes() -> float:
    """As a registry keeps it and a node fetches it."""
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
