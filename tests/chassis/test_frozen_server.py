"""A bus that freezes and wakes again, as a machine does whose disk or hypervisor halts it for a while."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chassis import bus
from chassis.health import run_checks
from deploy.local.launch import Launched
from deploy.local.ports import free_port
from deploy.local.servers import NatsServer


@contextmanager
def frozen(server: Launched) -> Iterator[None]:
    """Every thread of it stands still: the signal is only on its way when `kill` returns."""
    os.kill(server.process.pid, signal.SIGSTOP)
    stat = Path(f"/proc/{server.process.pid}/stat")
    while stat.read_text().rpartition(") ")[2][0] != "T":
        time.sleep(0.01)
    try:
        yield
    finally:
        os.kill(server.process.pid, signal.SIGCONT)


@pytest.fixture
def nats_of_its_own(tmp_path: Path) -> Iterator[tuple[Launched, str]]:
    server = NatsServer(tmp_path, free_port())
    with Launched(server) as launched:
        yield launched, server.url


async def test_a_connection_hears_again_after_its_readiness_was_asked_in_vain(
    nats_of_its_own: tuple[Launched, str],
) -> None:
    server, url = nats_of_its_own
    connection = await bus.connect(url, name="test")

    async def is_ready() -> str:
        return (await run_checks({"nats": lambda: bus.ping(connection)}))["nats"]

    with frozen(server):
        assert await is_ready() != "ok"

    assert await is_ready() == "ok"
    heard = await connection.subscribe("greeting")
    await connection.publish("greeting", b"hello")
    assert (await heard.next_msg(timeout=2)).data == b"hello"
    await connection.close()
