"""The ground of each test: fresh databases of every service, and a bus that is quick to deliver again."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from nats.aio.client import Client as Nats

from deploy.local.servers import NatsServer
from tests.faults.ground import Ground, hasten
from tests.services.billing.office import Office, an_office
from tests.support.tokens import Keys


@pytest.fixture
async def ground(
    database_of: Callable[[str], Awaitable[str]], keys: Keys, bus: Nats, nats_server: NatsServer
) -> Ground:
    await hasten(bus)
    databases = {name: await database_of(name) for name in ("billing", "dunning")}
    return Ground(keys, bus, nats_server.url, databases)


@pytest.fixture
async def office(ground: Ground) -> AsyncIterator[Office]:
    """Billing's API in the process of the test, on the database of the ground."""
    async with an_office(ground.databases["billing"], ground.keys) as office:
        await office.sells()
        yield office
