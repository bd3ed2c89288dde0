"""Notify's API on a real database for each test; the app and its processes are shared."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from fastapi import FastAPI

from chassis import database
from chassis.app import create_app
from services.notify.main import SERVICE
from services.notify.settings import Settings
from tests.services.notify.actions.speaking import Notify
from tests.support.lent import Pool
from tests.support.tokens import Keys

MORNING = datetime(2026, 4, 1, 7, tzinfo=UTC)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def app(keys: Keys, pool: Pool) -> AsyncIterator[FastAPI]:
    settings = Settings.model_validate(
        {
            "database_url": "postgresql+asyncpg://nobody:none@127.0.0.1:1/none",
            "auth_jwks": str(keys.jwks),
            "template_workers": 1,
        }
    )
    app = create_app(SERVICE, settings)
    app.state.now = lambda: MORNING
    async with app.router.lifespan_context(app):
        pool.lend(app.state.renderer, app.state.press.letters, app.state.press.batches)
        yield app


@pytest_asyncio.fixture(loop_scope="session")
async def notify(app: FastAPI, database_of: Callable[[str], Awaitable[str]], keys: Keys) -> AsyncIterator[Notify]:
    engine = database.engine(await database_of("notify"))
    app.state.sessions = database.sessions_of(engine)
    app.state.desk = replace(app.state.desk, sessions=app.state.sessions)
    async with Notify.of(app, keys) as notify:
        yield notify
    await engine.dispose()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These tests run in the event loop of the app they share."""
    for item in items:
        if "tests/services/notify/actions/" in item.path.as_posix():
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
