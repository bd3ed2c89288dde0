"""A whole local stack, once for all, and `deploy/smoke.sh` as a person runs it beside it."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.chart import helm
from deploy.chart.helm import ROOT
from deploy.local.ports import free_ports
from deploy.local.stack import Stack, StackOptions

STAND_IN = Path(__file__).with_name("stand_in.py")
SCRIPT = ROOT / "deploy" / "smoke.sh"


def smoke(environment: Mapping[str, str], *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    known = {name: value for name, value in os.environ.items() if not name.startswith(("RELANCE_", "SMOKE_"))}
    return subprocess.run(
        [SCRIPT, *arguments], env={**known, **environment}, capture_output=True, text=True, timeout=240, check=False
    )


def a_cluster(directory: Path, values: Path) -> dict[str, str]:
    """The environment in which `helm` and `kubectl` are those of stand_in.py; nothing is installed there."""
    programs = directory / "bin"
    programs.mkdir()
    for name in ("helm", "kubectl"):
        (programs / name).write_text(f"#!/bin/sh\nexec {sys.executable} -c '{AS}' {name} \"$@\"\n")
        (programs / name).chmod(0o755)
    (directory / "release.yaml").write_text(helm.template(helm.CHART, values))
    for name in ("urls.json", "environment.json"):
        (directory / name).write_text(json.dumps({}))
    (directory / "releases.json").write_text(json.dumps([]))
    kubectl = str(helm.program("kubectl"))
    return {"PATH": f"{programs}:{os.environ['PATH']}", "STAND_IN": str(directory), "KUBECTL": kubectl}


AS = f'import sys; sys.argv = sys.argv[1:]; exec(open("{STAND_IN}").read())'


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    options = StackOptions(tmp_path_factory.mktemp("local") / "main", ports=free_ports(), quiet=True)
    async with Stack(options) as stack:
        yield stack


@pytest.fixture
def local(stack: Stack) -> dict[str, str]:
    """The environment in which this stack is the local one."""
    return {"RELANCE_LOCAL_DIR": str(stack.data_dir.parent)}
