"""The console with what stands behind it, and a browser without scripts."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.services.console.browser import Browser
from tests.services.console.place import DatabaseOf, Place, a_place
from tests.support.lent import Pool
from tests.support.tokens import Keys


@pytest.fixture
async def place(
    request: pytest.FixtureRequest, database_of: DatabaseOf, keys: Keys, pool: Pool
) -> AsyncIterator[Place]:
    async with a_place(database_of, keys, pool, prints="prints" in request.keywords) as place:
        yield place


@pytest.fixture
async def browser(place: Place) -> AsyncIterator[Browser]:
    transport = httpx2.ASGITransport(place.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=place.url) as client:
        yield Browser(client)


@pytest.fixture
async def signed_in(browser: Browser) -> Browser:
    await browser.sign_in()
    return browser
