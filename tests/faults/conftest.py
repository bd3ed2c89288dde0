"""The ground of each test: fresh databases of every service, and a bus that is quick to deliver again."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from nats.aio.client import Client as Nats
from pydantic import SecretStr

from chassis.app import create_app
from deploy.local.launch import Launched
from deploy.local.ports import free_port
from deploy.local.servers import NatsServer, TemporalServer
from services.dunning.main import SERVICE as DUNNING
from services.dunning.settings import Settings as DunningSettings
from tests.faults.ground import Ground, hasten
from tests.services.billing.office import Office, an_office
from tests.services.dunning.desk import Desk, Time
from tests.support.tokens import Keys


@pytest.fixture
async def ground(
    database_of: Callable[[str], Awaitable[str]], keys: Keys, bus: Nats, nats_server: NatsServer
) -> Ground:
    await hasten(bus)
    databases = {name: await database_of(name) for name in ("billing", "dunning", "notify")}
    return Ground(keys, bus, nats_server.url, databases)


@pytest.fixture
async def office(ground: Ground) -> AsyncIterator[Office]:
    """Billing's API in the process of the test, on the database of the ground."""
    async with an_office(ground.databases["billing"], ground.keys) as office:
        await office.sells()
        yield office


@pytest.fixture
async def dunning_app(ground: Ground) -> AsyncIterator[FastAPI]:
    """Dunning's API in the process of the test; its time is real time, as Temporal's is."""
    settings = DunningSettings(auth_jwks=str(ground.keys.jwks), database_url=SecretStr(ground.databases["dunning"]))
    app = create_app(DUNNING, settings)
    app.state.now = Time(datetime.now(UTC))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def desk(ground: Ground, dunning_app: FastAPI) -> AsyncIterator[Desk]:
    state, transport = dunning_app.state, httpx2.ASGITransport(dunning_app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://dunning") as http:
        yield Desk(http, ground.keys, state.sessions, state.now)


@pytest.fixture
def temporal_server(ground: Ground, tmp_path: Path) -> Iterator[Launched]:
    """A server of this test's own, which the processes of the ground are told of."""
    server = TemporalServer(tmp_path / "temporal", free_port())
    ground.more["RELANCE_TEMPORAL_ADDRESS"] = server.target
    with Launched(server) as launched:
        yield launched
