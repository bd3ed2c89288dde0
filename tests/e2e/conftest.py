"""The whole stack, once for all end-to-end tests, on a clock of two days a second."""

from collections.abc import AsyncIterator

import httpx2
import nats
import pytest
import pytest_asyncio

from chassis.clock import real_now
from contracts.clock import Clock
from deploy.local.credentials import mint_of
from deploy.local.ports import free_ports
from deploy.local.seed import seed
from deploy.local.stack import Stack, StackOptions
from tests.e2e.house import House

SPEED = 2 * 86_400.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    now = real_now()
    clock = Clock(origin=now, started=now, speed=SPEED)
    options = StackOptions(tmp_path_factory.mktemp("stack"), ports=free_ports(), clock=clock, quiet=True)
    async with Stack(options) as stack, httpx2.AsyncClient(timeout=20) as http:
        connection = await nats.connect(stack.shared["RELANCE_NATS_URL"])
        house = House(stack, http, connection, mint_of(stack.shared))
        await seed(stack.urls, house.token())
        yield house
        await connection.close()
