"""Readiness on a real Temporal: its namespace is asked for, by what a key of that namespace alone may ask."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.health import run_checks
from deploy.local.ports import free_port
from deploy.local.servers import TemporalServer, running
from tests.support.requests_heard import HearingFront
from workflows.client import check, connect


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    with running(TemporalServer(tmp_path_factory.mktemp("temporal"), free_port())) as server:
        yield server


async def readiness(address: str, namespace: str = "default") -> str:
    client = await connect(address, namespace)
    return (await run_checks({"temporal": lambda: check(client)}))["temporal"]


async def test_a_temporal_that_has_the_namespace_is_ready(server: TemporalServer) -> None:
    assert await readiness(server.target) == "ok"


async def test_a_temporal_without_the_namespace_is_not(server: TemporalServer) -> None:
    assert "another is not found" in await readiness(server.target, "another")


async def test_readiness_asks_nothing_outside_of_the_namespace(server: TemporalServer) -> None:
    """Temporal Cloud refuses a key of one namespace everything else, but what each client asks first."""
    async with HearingFront(server.port) as front:
        assert await readiness(f"127.0.0.1:{front.port}") == "ok"

    namespaces = {each[":path"].rpartition("/")[2]: each.get("temporal-namespace") for each in front.asked}
    assert namespaces == {"GetSystemInfo": None, "DescribeNamespace": "default"}


async def test_a_temporal_that_is_away_is_not_ready() -> None:
    assert await readiness(f"127.0.0.1:{free_port()}") != "ok"


async def test_a_temporal_that_goes_away_is_not_ready_until_it_is_back(tmp_path: Path) -> None:
    server = TemporalServer(tmp_path, free_port())
    client = await connect(server.target, "default")
    checks = {"temporal": lambda: check(client)}

    with running(server):
        assert await run_checks(checks) == {"temporal": "ok"}
    assert await run_checks(checks) != {"temporal": "ok"}
    with running(server):
        assert await run_checks(checks) == {"temporal": "ok"}
