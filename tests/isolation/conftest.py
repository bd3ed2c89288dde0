"""Each service with the rows of two organisations, on real servers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

import pytest
from nats.aio.client import Client as Nats

from deploy.local.ports import free_port
from deploy.local.servers import NatsServer, TemporalServer, running
from tests.isolation import billing, dunning, identity, notify, quotes
from tests.isolation.ground import OURS, THEIRS, Ground
from tests.isolation.letters import refuse
from tests.services.notify.relays import a_relay
from tests.support.lent import Pool
from tests.support.tokens import Keys

NAMES = ("billing", "dunning", "identity", "notify", "quotes")
DatabaseOf = Callable[[str], Awaitable[str]]


@pytest.fixture(scope="session")
def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    server = TemporalServer(tmp_path_factory.mktemp("temporal"), free_port())
    with running(server):
        yield server


@pytest.fixture(params=NAMES)
async def ground(
    request: pytest.FixtureRequest,
    database_of: DatabaseOf,
    keys: Keys,
    pool: Pool,
    nats_server: NatsServer,
    bus: Nats,
) -> AsyncIterator[Ground]:
    async with AsyncExitStack() as stack:
        ground = await _planted(request, stack, database_of, keys, pool, nats_server.url)
        for organisation in (OURS, THEIRS):
            await refuse(bus, ground, organisation)
        yield ground


async def _planted(
    request: pytest.FixtureRequest, stack: AsyncExitStack, database_of: DatabaseOf, keys: Keys, pool: Pool, bus: str
) -> Ground:
    name: str = request.param
    dsn = await database_of(name)
    if name == "identity":
        ground, registry = await stack.enter_async_context(identity.identity(dsn, keys, bus))
        for organisation in (OURS, THEIRS):
            await identity.plant(ground, registry, organisation)
        return ground
    if name == "quotes":
        behind = await stack.enter_async_context(billing.billing(await database_of("billing"), keys, pool, bus))
        ground = await stack.enter_async_context(quotes.quotes(dsn, keys, pool, bus, behind.app))
        for organisation in (OURS, THEIRS):
            await quotes.plant(ground, behind, organisation)
        return ground
    if name == "dunning":
        target = request.getfixturevalue("temporal_server").target
        ground = await stack.enter_async_context(dunning.dunning(dsn, keys, bus, target))
        for organisation in (OURS, THEIRS):
            await dunning.plant(ground, organisation)
        return ground
    if name == "notify":
        relay = await stack.enter_async_context(a_relay())
        ground, plant = await stack.enter_async_context(notify.notify(dsn, keys, pool, bus, relay.port)), notify.plant
    else:
        ground, plant = await stack.enter_async_context(billing.billing(dsn, keys, pool, bus)), billing.plant
    for organisation in (OURS, THEIRS):
        await plant(ground, organisation)
    return ground
