"""What is neither Python nor the chart: the Containerfile and the shell scripts, under their linters."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.chart.helm import ROOT

PROGRAMS = Path(sys.prefix) / "bin"
CONTAINERFILE = ROOT / "deploy" / "image" / "Containerfile"
SCRIPTS = [
    path
    for directory in ("deploy", "scripts", "docs/examples")
    for path in sorted((ROOT / directory).iterdir())
    if path.is_file() and re.match(r"#!/(bin/sh|usr/bin/env (ba)?sh)\b", path.read_text())
]


def linted(program: str, *arguments: str | Path) -> str:
    """What the linter says; nothing when all is well."""
    ended = subprocess.run([PROGRAMS / program, *arguments], capture_output=True, text=True, timeout=60, check=False)
    return ended.stdout + ended.stderr


def test_hadolint_has_nothing_to_say() -> None:
    assert linted("hadolint", CONTAINERFILE) == ""


def test_hadolint_sees_a_base_that_may_be_any(tmp_path: Path) -> None:
    wrong = tmp_path / "Containerfile"
    wrong.write_text(CONTAINERFILE.read_text() + "\nFROM debian:latest\n")

    assert "DL3007" in linted("hadolint", wrong)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_shellcheck_has_nothing_to_say(script: Path) -> None:
    assert linted("shellcheck", "--external-sources", script) == ""


def test_shellcheck_sees_a_word_that_may_split(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.sh"
    wrong.write_text("#!/bin/sh\nrm -rf $1/data\n")

    assert "SC2086" in linted("shellcheck", wrong)
