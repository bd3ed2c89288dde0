"""An office on a database of its own for each test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import pytest

from tests.services.billing.office import Office, an_office
from tests.support.lent import Pool
from tests.support.tokens import Keys


@pytest.fixture
async def office(database_of: Callable[[str], Awaitable[str]], keys: Keys, pool: Pool) -> AsyncIterator[Office]:
    """An organisation that has its legal identity set and no customer yet."""
    async with an_office(await database_of("billing"), keys) as office:
        pool.lend(office.app.state.printer)
        await office.sells()
        yield office


@pytest.fixture
async def customer(office: Office) -> UUID:
    return await office.customer()
