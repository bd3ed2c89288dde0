"""The last release: its commit stands in the file `last-release`, its tree and packages below build/released."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.launch import ROOT

PINNED = Path(__file__).parent / "last-release"
KEPT = ROOT / "build" / "released"
FETCH_S = 120.0
INSTALL_S = 900.0


class NotHere(Exception):
    """The commit is not in this clone and cannot be fetched."""


@dataclass(frozen=True)
class Release:
    """A tree of its own with its own packages. `python` runs its modules, `-m` and what follows to be added."""

    commit: str
    tree: Path

    @property
    def python(self) -> Sequence[str]:
        return ("env", "-C", str(self.tree), str(self.tree / ".venv" / "bin" / "python"))


def last_release() -> Release:
    """Installed, and kept for the next time. NotHere where a shallow clone lacks it, or an archive has no commits."""
    commit = PINNED.read_text().strip()
    release = Release(commit, KEPT / commit[:12])
    if not release.tree.exists():
        _find(commit)
        _unpack(release)
    _run([str(release.tree / "scripts" / "bootstrap")], timeout=INSTALL_S)
    return release


def _find(commit: str) -> None:
    if _git("cat-file", "-e", f"{commit}^{{commit}}").returncode == 0:
        return
    fetched = _git("fetch", "--quiet", "--depth=1", "origin", commit)
    if fetched.returncode != 0:
        raise NotHere(f"commit {commit[:12]} of the last release is not in this clone: {fetched.stderr.strip()}")


def _unpack(release: Release) -> None:
    """Aside and moved into place, so that an interruption leaves no tree by half."""
    unfinished = release.tree.with_suffix(".unfinished")
    unfinished.mkdir(parents=True, exist_ok=True)
    archive = unfinished / "archive.tar"
    _run(["git", "-C", str(ROOT), "archive", f"--output={archive}", release.commit], timeout=FETCH_S)
    _run(["tar", "-x", "-f", str(archive), "-C", str(unfinished)], timeout=FETCH_S)
    archive.unlink()
    unfinished.rename(release.tree)


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "-C", str(ROOT), *arguments],
        env=_environment({"GIT_TERMINAL_PROMPT": "0"}), capture_output=True, text=True, timeout=FETCH_S, check=False,
    )  # fmt: skip


def _run(command: Sequence[str], *, timeout: float) -> None:
    done = subprocess.run(command, env=_environment({}), capture_output=True, text=True, timeout=timeout, check=False)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def _environment(added: Mapping[str, str]) -> dict[str, str]:
    """Without what would tell the other tree's Python where this one's packages are."""
    ours = {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"}
    return {name: value for name, value in os.environ.items() if name not in ours} | dict(added)
