"""The image, built once for all of its tests on a base of this machine's Debian."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.image.lent import volumes

ROOT = Path(__file__).parents[3]
PROGRAMS = ("buildah", "podman", "runc", "mmdebstrap")
READ_ONLY = ("--read-only", "--read-only-tmpfs=false", "--tmpfs", "/tmp:rw,exec,mode=1777")
"""As a pod of the chart: /tmp alone may be written. By itself podman would let /run and /var/tmp be written too."""
BASE, TAG = "localhost/relance-base:test", "localhost/relance:test"


def run(*command: str, timeout: float = 900, **environment: str) -> str:
    """What it writes; its own words when it fails."""
    known = {**os.environ, "STORAGE_DRIVER": "vfs", **environment}
    done = subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True, timeout=timeout, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def built() -> str:
    """The id of an image built anew, with no layer of an earlier one."""
    run(
        *("buildah", "bud", "--isolation", "chroot", "--layers=false", "--timestamp", "0"),
        *volumes(Path.home() / ".config/pip/pip.conf"),
        *("--build-arg", f"BASE={BASE}", "-f", "deploy/image/Containerfile", "-t", TAG, "."),
    )
    return run("buildah", "inspect", "--type", "image", "--format", "{{.FromImageID}}", TAG).strip()


@pytest.fixture(scope="session")
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
