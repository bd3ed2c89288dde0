"""Make .venv with every pinned package; name, and where it may install, the Debian packages that are missing.

Standard library only, on a Python without ensurepip: it runs before anything is installed.
"""

# ruff: noqa: S603 (every command is spelled out here)

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "relance-installed"
REQUIREMENTS = ROOT / "requirements" / "dev.txt"
ROOM = 1_500_000_000
"""Bytes that the installation takes, downloads included."""


@dataclass(frozen=True)
class Package:
    """A Debian package, why it is needed, and whether what it brings is there."""

    name: str
    reason: str
    is_there: Callable[[], bool]


def a_module(name: str) -> Callable[[], bool]:
    return lambda: importlib.util.find_spec(name) is not None


def a_library(name: str) -> Callable[[], bool]:
    def is_there() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return is_there


def a_file(path: str) -> Callable[[], bool]:
    return Path(path).exists


def a_program(name: str) -> Callable[[], bool]:
    return lambda: shutil.which(name) is not None


NEEDED = (
    Package("python3-venv", "makes .venv", a_module("ensurepip")),
    Package("ca-certificates", "to download packages", a_file("/etc/ssl/certs/ca-certificates.crt")),
    Package("libpango-1.0-0", "writes PDFs", a_library("libpango-1.0.so.0")),
    Package("libpangoft2-1.0-0", "writes PDFs", a_library("libpangoft2-1.0.so.0")),
    Package("libharfbuzz-subset0", "writes small PDFs", a_library("libharfbuzz-subset.so.0")),
    Package("fonts-dejavu-core", "the letters of PDFs", a_file("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")),
    Package(
        "fonts-dejavu-extra",
        "the narrow letters of PDFs",
        a_file("/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed.ttf"),
    ),
    Package("util-linux", "runs PostgreSQL as another user than root", a_program("setpriv")),
    Package("prometheus", "proves that the alerts are raised when they must", a_program("promtool")),
    Package("chromium", "shows the pages to the tests in a browser", a_program("chromium")),
    Package("libatomic1", "drives the browser of the tests", a_library("libatomic.so.1")),
)


def main() -> None:
    if is_installed():
        return
    with (ROOT / "pyproject.toml").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # another make may be installing
        if not is_installed():
            install()


def install() -> None:
    missing = missing_packages(NEEDED)
    if missing:
        install_debian_packages(missing)
    require_room()
    make_venv()
    say(f"Installing the Python packages of {REQUIREMENTS.relative_to(ROOT)} into .venv; the first time takes minutes.")
    pip("install", "--require-hashes", "-r", str(REQUIREMENTS))
    pip("install", "--quiet", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    STAMP.write_text(fingerprint())
    say("Installed.")


def is_installed(stamp: Path = STAMP) -> bool:
    return stamp.is_file() and stamp.read_text() == fingerprint() and PYTHON.exists()


def fingerprint() -> str:
    """Changes when something else is to be installed, or when the clone or its Python is another one."""
    digest = hashlib.sha256(Path(__file__).read_bytes())  # a package added here is installed too
    for part in (REQUIREMENTS.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), sys.version.encode(), bytes(ROOT)):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def missing_packages(needed: Sequence[Package]) -> list[Package]:
    return [package for package in needed if not package.is_there()]


def install_debian_packages(missing: Sequence[Package]) -> None:
    """Install them, or stop with the command that does."""
    say("These Debian packages are missing:")
    for package in missing:
        say(f"  {package.name:<20} {package.reason}")
    names = [package.name for package in missing]
    prefix = right_to_install()
    if prefix is None:
        stop(f"Install them, then run the same command again:\n  {by_hand(names)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (
        ["update", "-qq"],
        ["install", "-y", "-qq", "-o", "Dpkg::Use-Pty=0", "--no-install-recommends", *names],
    ):
        command = [*prefix, "apt-get", *arguments]
        say(f"$ {' '.join(command)}")
        if subprocess.run(command, env=environment, check=False).returncode != 0:
            stop(f"apt-get failed. When it can work, run:\n  {by_hand(names)}")
    if still := missing_packages(missing):
        stop(f"Still missing after their installation: {', '.join(package.name for package in still)}.")


def right_to_install() -> list[str] | None:
    """What to put before apt-get; None when we may not use it, or it is not there."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    asked = ["sudo", "-n", "true"]
    if shutil.which("sudo") and subprocess.run(asked, stderr=subprocess.DEVNULL, check=False).returncode == 0:
        return ["sudo", "-n"]
    return None


def by_hand(names: Sequence[str]) -> str:
    prefix = "" if os.geteuid() == 0 else "sudo "
    return f"{prefix}apt-get update && {prefix}apt-get install --no-install-recommends {' '.join(names)}"


def require_room() -> None:
    free = shutil.disk_usage(ROOT).free
    if not VENV.exists() and free < ROOM:
        stop(f"The disk of {ROOT} has {free // 1_000_000} MB free; the installation takes {ROOM // 1_000_000} MB.")


def make_venv() -> None:
    """A new .venv when there is none, or when it was made by another Python or for another directory."""
    if is_usable():
        return
    say("Making .venv.")
    if VENV.is_symlink():  # what it leads to is another clone's
        VENV.unlink()
    outside = os.path.realpath(sys.executable)  # not the Python of a .venv that is about to be deleted
    if subprocess.run([outside, "-m", "venv", "--clear", str(VENV)], check=False).returncode != 0:
        stop(f"{outside} could not make .venv; the words above say why.")


def is_usable() -> bool:
    if not PYTHON.exists():
        return False
    asked = [str(PYTHON), "-c", "import pip, sys; print(sys.version)"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return answer == sys.version and _made_here()


def _made_here() -> bool:
    """Programs in .venv name the directory they were made for; a moved clone needs new ones."""
    pip_program = VENV / "bin" / "pip"
    return pip_program.exists() and str(VENV) in pip_program.read_text(errors="replace").splitlines()[0]


def pip(*arguments: str) -> None:
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", *arguments]
    # As root pip warns of the rights it has; in a directory of our own they are harmless.
    environment = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
        stop("pip failed; the words above say why. The same command again goes on from here.")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def stop(text: str) -> NoReturn:
    sys.stderr.write(f"{text}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
