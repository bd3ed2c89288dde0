"""Servers as production has them: encrypted, and asked for by the settings of processes as they are started there."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from deploy.local.launch import ROOT
from deploy.local.ports import LOOPBACK, free_port
from tests.support.certificates import Authority
from tests.support.tokens import Keys

PATIENCE_S = 60.0


@dataclass(frozen=True)
class Authorities:
    """`strange` signed nothing that anybody trusts."""

    ours: Authority
    strange: Authority


@pytest.fixture
def authorities(tmp_path: Path) -> Authorities:
    return Authorities(Authority(tmp_path / "ours"), Authority(tmp_path / "strange", name="strangers"))


@pytest.fixture
def common(keys: Keys) -> dict[str, str]:
    """Settings that have nothing to do with encryption; nothing answers at the addresses that a test leaves out."""
    return {
        "PATH": os.environ["PATH"],
        "RELANCE_AUTH_JWKS": str(keys.jwks),
        "RELANCE_SIGNING_KEY": str(keys.private),
        "RELANCE_NATS_URL": f"nats://{LOOPBACK}:{free_port()}",
        "RELANCE_BILLING_URL": f"http://{LOOPBACK}:{free_port()}",
    }


async def ended(environment: Mapping[str, str], *arguments: str) -> tuple[int, str]:
    """The exit code of `python -m ARGUMENTS...`, and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *arguments, cwd=ROOT, env=dict(environment), stdout=PIPE, stderr=STDOUT
    )
    async with asyncio.timeout(PATIENCE_S):
        out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


@asynccontextmanager
async def staying(environment: Mapping[str, str], *arguments: str) -> AsyncIterator[str]:
    """A process that stays; the address at which it tells its health."""
    port = free_port()
    settings = {**environment, "RELANCE_PORT": str(port)}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", *arguments, cwd=ROOT, env=settings)
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def told(address: str, check: str, said: str) -> None:
    """Return once `/readyz` says so of this check."""
    async with httpx2.AsyncClient(timeout=5) as http, asyncio.timeout(PATIENCE_S):
        while True:
            with suppress(httpx2.TransportError):
                checks = (await http.get(f"{address}/readyz")).json()["checks"]
                if said in str(checks.get(check)):
                    return
            await asyncio.sleep(0.2)
