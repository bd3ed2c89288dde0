"""A running identity with one organisation."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.services.identity.registry import Registry, a_registry
from tests.support.tokens import Keys


@pytest.fixture
async def registry(database_of: Callable[[str], Awaitable[str]], keys: Keys) -> AsyncIterator[Registry]:
    async with a_registry(await database_of("identity"), keys) as registry:
        await registry.admin()
        yield registry
