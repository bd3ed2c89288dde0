"""Prometheus' own word on rules."""

import shutil
import subprocess
from pathlib import Path


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Every target of make installs it: where it is absent, nothing is proved."""
    assert shutil.which("promtool"), "promtool is absent: apt-get install prometheus"
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=60, check=False)
