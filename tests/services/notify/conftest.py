"""Notify on a real database with a real SMTP server."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from chassis.app import create_app
from chassis.auth import Role
from chassis.database import Sessions
from services.notify.main import SERVICE
from services.notify.settings import Settings
from tests.services.notify.relays import Relay, a_relay
from tests.support.lent import Pool
from tests.support.tokens import Keys


@dataclass
class Notify:
    """A running notify: calls in the name of callers of `demo`, unless told otherwise."""

    app: FastAPI
    client: httpx2.AsyncClient
    keys: Keys
    settings: Settings

    @property
    def sessions(self) -> Sessions:
        sessions: Sessions = self.app.state.sessions
        return sessions

    async def call(
        self, method: str, path: str, *roles: Role, organisation: str = "demo", **options: Any
    ) -> httpx2.Response:
        headers = self.keys.bearer(*roles, organisation=organisation)
        return await self.client.request(method, path, headers=headers, **options)

    async def send(self, body: dict[str, Any], **options: Any) -> httpx2.Response:
        return await self.call("POST", "/messages", Role.SERVICE, json=body, **options)


MakeNotify = Callable[..., Any]


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    async with a_relay() as relay:
        yield relay


@pytest.fixture
async def notify_settings(database_of: Callable[[str], Awaitable[str]], keys: Keys, relay: Relay) -> Settings:
    return Settings(
        auth_jwks=str(keys.jwks),
        database_url=SecretStr(await database_of("notify")),
        smtp_port=relay.port,
        smtp_timeout=1,
        template_workers=1,
    )


@asynccontextmanager
async def running(settings: Settings, keys: Keys, pool: Pool | None = None) -> AsyncIterator[Notify]:
    """Without a `pool` it starts processes of its own, once they are needed."""
    app = create_app(SERVICE, settings)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://notify", timeout=60) as client,
    ):
        if pool:
            pool.lend(app.state.renderer, app.state.press.letters, app.state.press.batches)
        yield Notify(app, client, keys, settings)


@pytest.fixture
async def notify(notify_settings: Settings, keys: Keys, pool: Pool) -> AsyncIterator[Notify]:
    async with running(notify_settings, keys, pool) as notify:
        yield notify
