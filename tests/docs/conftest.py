"""Billing at work, and the examples of the docs run as programs of their own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from nats.aio.client import Client as Nats

from deploy.local.servers import NatsServer
from tests.support.counter import Counter, a_counter
from tests.support.tokens import Keys

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "docs" / "examples"


@pytest.fixture
async def counter(bus: Nats, database_of: Callable[[str], Awaitable[str]], keys: Keys) -> AsyncIterator[Counter]:
    async with a_counter(await database_of("billing"), keys, bus) as counter:
        yield counter


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Run:
    """`await run("bash", "publish_payment.sh", ...)` in the directory of the examples."""

    environment: dict[str, str]

    async def __call__(self, *command: str, **environment: str) -> Ended:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=EXAMPLES,
            env=self.environment | environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(100):
                out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return Ended(process.returncode or 0, out.decode(), err.decode())


@pytest.fixture
def run(nats_server: NatsServer, tmp_path: Path) -> Run:
    """With the address of the bus, and `relance` on the path."""
    relance = tmp_path / "relance"
    relance.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cli.main "$@"\n')
    relance.chmod(0o755)
    return Run(
        {
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "200",
            "LANG": "C.UTF-8",
            "NATS_URL": nats_server.url,
            "NATS_PORT": str(nats_server.port),
            "RELANCE_NATS_URL": nats_server.url,
            "RELANCE_LOCAL_DIR": str(tmp_path),
        }
    )
