"""A shop on a database of its own for each test; the process that prints is the session's."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from chassis.printing import Printer
from tests.services.quotes.shop import Shop, a_shop
from tests.support.lent import Pool
from tests.support.tokens import Keys


@pytest.fixture
def printer(pool: Pool) -> Printer:
    printer = Printer()
    pool.lend(printer)
    return printer


@pytest.fixture
async def dsn(database_of: Callable[[str], Awaitable[str]]) -> str:
    return await database_of("quotes")


@pytest.fixture
async def shop(dsn: str, keys: Keys, printer: Printer) -> AsyncIterator[Shop]:
    async with a_shop(dsn, keys, printer) as shop:
        yield shop
