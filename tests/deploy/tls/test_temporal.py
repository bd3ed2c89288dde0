"""Temporal behind mutual TLS and an API key, for the processes that use it as production starts them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest
from sqlalchemy import make_url

from contracts import dunning
from contracts.dunning import ClosingReason
from deploy.local.ports import free_port
from deploy.local.servers import TemporalServer, running
from tests.deploy.tls.conftest import Authorities, ended, staying, told
from tests.support.secured_nats import SecuredNats
from tests.support.tls_front import TlsFront, serving
from tests.workflows.world import a_case
from workflows.client import connect
from workflows.dunning.workflow import DunInvoice

pytestmark = pytest.mark.slow

KEY = "a-key-of-temporal"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[TemporalServer]:
    with running(TemporalServer(tmp_path / "temporal", free_port())) as server:
        yield server


@pytest.fixture
async def front(server: TemporalServer, authorities: Authorities) -> AsyncIterator[TlsFront]:
    context = serving(authorities.ours.signs("temporal"), clients=authorities.ours.ca)
    context.set_alpn_protocols(["h2"])
    async with TlsFront(server.port, context) as front:
        yield front


@pytest.fixture
def settings(common: dict[str, str], front: TlsFront, authorities: Authorities) -> dict[str, str]:
    ours = authorities.ours.signs("relance-workflows")
    return {
        **common,
        "RELANCE_TEMPORAL_ADDRESS": f"localhost:{front.port}",
        "RELANCE_TEMPORAL_TLS": "true",
        "RELANCE_TEMPORAL_SERVER_NAME": "temporal",
        "RELANCE_TEMPORAL_CA": str(authorities.ours.ca),
        "RELANCE_TEMPORAL_CERTIFICATE": str(ours.certificate),
        "RELANCE_TEMPORAL_CERTIFICATE_KEY": str(ours.key),
        "RELANCE_TEMPORAL_API_KEY": KEY,
    }


async def test_the_worker_of_workflows_shows_its_certificate_and_its_key(
    settings: Mapping[str, str], server: TemporalServer, front: TlsFront
) -> None:
    case = a_case(due="2026-01-31").model_copy(update={"done": tuple(f"{step}#1" for step in STEPS)})
    client = await connect(server.target, "default")
    async with staying(settings, "workflows.worker") as worker:
        await told(worker, "temporal", "ok")
        handle = await client.start_workflow(DunInvoice.run, case, id="done", task_queue=dunning.TASK_QUEUE)
        assert await handle.result() is ClosingReason.EXHAUSTED
    replayed = await ended(settings, "workflows.replaying")

    assert (replayed[0], "1 histories replayed, 0 failed" in replayed[1]) == (0, True), replayed
    assert set(front.told) == {"relance-workflows", f"Bearer {KEY}"}


STEPS = ("first-reminder", "second-reminder", "third-reminder", "call", "formal-notice")


async def test_a_stranger_is_refused_on_either_side(
    settings: dict[str, str], front: TlsFront, authorities: Authorities
) -> None:
    stranger = authorities.strange.signs("relance-workflows")
    without = {name: value for name, value in settings.items() if "CERTIFICATE" not in name}
    forged = settings | {
        "RELANCE_TEMPORAL_CERTIFICATE": str(stranger.certificate),
        "RELANCE_TEMPORAL_CERTIFICATE_KEY": str(stranger.key),
    }
    deceived = settings | {"RELANCE_TEMPORAL_CA": str(authorities.strange.ca)}
    misnamed = settings | {"RELANCE_TEMPORAL_SERVER_NAME": "another"}

    # it connects as the worker does, and tells
    each = [ended(refused, "workflows.replaying") for refused in (without, forged, deceived, misnamed)]
    for code, said in await asyncio.gather(*each):
        assert (code, f"Temporal at localhost:{front.port}" in said) == (2, True), said
    assert front.told.total() == 0


async def test_a_worker_of_a_service_has_its_database_its_bus_and_temporal_encrypted(
    settings: dict[str, str],
    front: TlsFront,
    authorities: Authorities,
    database_of: Callable[[str], Awaitable[str]],
    tmp_path: Path,
) -> None:
    url = make_url(await database_of("dunning"))
    assert url.port is not None
    ca = str(authorities.ours.ca)
    secured = SecuredNats(tmp_path / "nats", free_port(), authorities.ours.signs("nats"))
    behind = TlsFront(url.port, serving(authorities.ours.signs("postgres")), asks_first=True)
    with running(secured):
        async with behind:
            more = {
                "RELANCE_DATABASE_URL": url.set(port=behind.port).render_as_string(hide_password=False),
                "RELANCE_DATABASE_TLS": "verify-full",
                "RELANCE_DATABASE_CA": ca,
                "RELANCE_NATS_URL": secured.url,
                "RELANCE_NATS_USER": "dunning",
                "RELANCE_NATS_PASSWORD": "of-dunning",
                "RELANCE_NATS_TLS": "handshake_first",
                "RELANCE_NATS_CA": ca,
            }
            async with staying(settings | more, "services.dunning.main", "worker") as worker:
                for server in ("database", "nats", "temporal"):
                    await told(worker, server, "ok")

    assert set(front.told) == {"relance-workflows", f"Bearer {KEY}"}
    assert behind.told["clear text"] == 0
