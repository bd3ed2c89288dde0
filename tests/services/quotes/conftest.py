"""A shop on a database of its own for each test; one process makes the documents of all."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from services.quotes.documents.printer import Printer
from tests.services.quotes.shop import Shop, a_shop
from tests.support.tokens import Keys


@pytest.fixture(scope="session")
def printer() -> Iterator[Printer]:
    printer = Printer()
    yield printer
    printer.pool.shutdown(wait=True)


@pytest.fixture
async def dsn(database_of: Callable[[str], Awaitable[str]]) -> str:
    return await database_of("quotes")


@pytest.fixture
async def shop(dsn: str, keys: Keys, printer: Printer) -> AsyncIterator[Shop]:
    async with a_shop(dsn, keys, printer) as shop:
        yield shop
