"""The bootstrap names what is missing, and installs nothing twice."""

import importlib.util
import os
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from deploy.local.launch import ROOT


@pytest.fixture
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "scripts" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_finds_what_is_missing_alone(bootstrap: ModuleType) -> None:
    needed = [
        bootstrap.Package("python3-venv", "makes .venv", bootstrap.a_module("no_such_module")),
        bootstrap.Package("libc6", "runs everything", bootstrap.a_library("libc.so.6")),
        bootstrap.Package("libpango-1.0-0", "writes PDFs", bootstrap.a_library("libnosuch.so.0")),
        bootstrap.Package("fonts", "letters", bootstrap.a_file("/no/such/font")),
        bootstrap.Package("dash", "runs sh", bootstrap.a_program("sh")),
    ]
    missing = bootstrap.missing_packages(needed)
    assert [package.name for package in missing] == ["python3-venv", "libpango-1.0-0", "fonts"]


def test_the_page_says_how_many_packages_of_debian_are_needed(bootstrap: ModuleType) -> None:
    assert len(bootstrap.NEEDED) == 11
    assert "eleven of Debian" in (ROOT / "README.md").read_text()


def test_it_tells_a_person_who_may_not_install_which_command_does(tmp_path: Path) -> None:
    """Run as a person without rights would: no apt-get and no sudo on the path."""
    script = "\n".join(
        [
            "import sys; sys.path.insert(0, 'scripts')",
            "import bootstrap",
            "bootstrap.install_debian_packages([bootstrap.NEEDED[0], bootstrap.NEEDED[2]])",
        ]
    )
    python = ROOT / ".venv" / "bin" / "python"
    done = subprocess.run(
        [str(python), "-c", script],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "python3-venv         makes .venv" in done.stdout
    assert "apt-get install --no-install-recommends python3-venv libpango-1.0-0" in done.stderr


def test_a_second_run_is_instant_when_nothing_has_changed(bootstrap: ModuleType, tmp_path: Path) -> None:
    stamp = tmp_path / "stamp"
    assert not bootstrap.is_installed(stamp)
    stamp.write_text(bootstrap.fingerprint())
    assert bootstrap.is_installed(stamp) == bootstrap.PYTHON.exists()
    stamp.write_text("of other requirements")
    assert not bootstrap.is_installed(stamp)


def test_what_another_clone_lends_is_not_emptied(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lent, link = tmp_path / "lent", tmp_path / "clone" / ".venv"
    for folder in (lent, link.parent):
        folder.mkdir()
    (lent / "kept").touch()
    link.symlink_to(lent)
    monkeypatch.setattr(bootstrap, "VENV", link)
    monkeypatch.setattr(bootstrap, "PYTHON", link / "bin" / "python")

    bootstrap.make_venv()

    assert (lent / "kept").exists()
    assert (link.is_symlink(), (link / "bin" / "python").exists()) == (False, True)


def test_make_alone_lists_the_targets() -> None:
    listed = subprocess.run(["make", "-C", str(ROOT)], capture_output=True, text=True, check=True, env={**os.environ})
    for target in ("demo", "up", "down", "status", "reset", "test", "check", "fmt", "migrate", "migration", "replay"):
        assert f"  make {target} " in listed.stdout
