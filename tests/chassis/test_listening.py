"""A process listens on both families where the machine has both, and on the one where it has one."""

import asyncio
import socket
from contextlib import suppress

import httpx2
import pytest
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from chassis import listening
from chassis.duties import health_served
from chassis.settings import Settings, TemporalSettings
from deploy.local.ports import free_port
from tests.chassis.test_serving import a_process
from tests.support.tokens import Keys


def _has_ipv6() -> bool:
    with suppress(OSError), socket.create_server(("::1", 0), family=socket.AF_INET6):
        return True
    return False


both = pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6")


async def answers(port: int, path: str) -> list[int]:
    async with httpx2.AsyncClient() as client:
        return [(await client.get(f"http://{host}:{port}{path}")).status_code for host in ("127.0.0.1", "[::1]")]


@both
async def test_an_api_answers_callers_of_both_families(dsn: str, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELANCE_HOST", "*")

    with a_process("api", dsn, keys) as (_, address):
        assert await answers(int(address.rpartition(":")[2]), "/healthz") == [200, 200]


@both
async def test_so_does_the_health_of_a_worker() -> None:
    settings = Settings(host="*", port=free_port())

    async with health_served(settings, {}):
        await asyncio.sleep(0.2)
        assert await answers(settings.port, "/healthz") == [200, 200]


@both
async def test_so_do_the_figures_of_the_temporal_client() -> None:
    port = free_port()
    address = TemporalSettings(temporal_metrics=f"*:{port}").temporal_metrics
    assert address is not None

    runtime = Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=address)))

    assert await answers(port, "/metrics") == [200, 200]
    del runtime  # it tells them for as long as somebody has it


def test_a_caller_of_ipv4_is_seen_under_its_own_address() -> None:
    """Which networks are trusted is said in those."""
    port = free_port()
    found = listening.sockets("*", port)
    assert found is not None

    with socket.create_connection(("127.0.0.1", port)), found[0].accept()[0] as seen:
        assert seen.getpeername()[0] == "127.0.0.1"
    for each in found:
        each.close()


def test_a_family_that_the_machine_does_not_have_is_left_out() -> None:
    (found,) = listening.sockets("*", free_port(), {socket.AF_INET: "127.0.0.1", socket.AF_APPLETALK: "any"}) or []

    with found:
        assert found.family is socket.AF_INET


def test_a_machine_without_any_family_is_told_of() -> None:
    with pytest.raises(OSError, match="neither"):
        listening.sockets("*", free_port(), {socket.AF_APPLETALK: "any"})


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "::", "localhost"])
def test_one_address_is_left_to_the_server(host: str) -> None:
    assert listening.sockets(host, free_port()) is None


@pytest.mark.parametrize("address", ["127.0.0.1:9464", "0.0.0.0:9464", "[::]:9464", "[fd00::2]:9464"])
def test_figures_are_told_where_it_is_said(address: str) -> None:
    assert TemporalSettings(temporal_metrics=address).temporal_metrics == address


@pytest.mark.parametrize("address", ["9464", ":::9464", "*", "[::]", "fd00::2:9464"])
def test_what_is_no_address_with_a_port_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="temporal_metrics"):
        TemporalSettings(temporal_metrics=address)
