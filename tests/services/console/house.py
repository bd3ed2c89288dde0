"""The console before the real identity, which may stand beside an identity provider."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi import FastAPI

from deploy.local.ports import free_port
from services.console.main import create_app as create_console
from services.console.settings import Settings
from tests.services.console.browser import Browser
from tests.services.identity.registry import EMAIL, PASSWORD, Registry, a_registry
from tests.support.serving import served
from tests.support.tokens import Keys

NOWHERE = "http://127.0.0.1:1"


@dataclass
class ConsoleHouse:
    registry: Registry
    console: FastAPI
    url: str

    @asynccontextmanager
    async def browser(self, address: str = "127.0.0.1") -> AsyncIterator[Browser]:
        """One that comes from this address."""
        transport = httpx2.ASGITransport(self.console, raise_app_exceptions=False, client=(address, 1))
        async with httpx2.AsyncClient(transport=transport, base_url=self.url) as client:
            yield Browser(client)

    def forget(self) -> None:
        """What the console keeps of sessions for a minute."""
        self.console.state.user_sessions.kept.clear()


async def sign_in(browser: Browser, email: str = EMAIL, password: str = PASSWORD) -> httpx2.Response:
    return await browser.send(await browser.get("/sign-in"), "/sign-in", email=email, password=password)


@asynccontextmanager
async def a_console_house(dsn: str, keys: Keys, **identity: Any) -> AsyncIterator[ConsoleHouse]:
    """With the administrator of `demo`; `identity`: settings of identity."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with (
        a_registry(dsn, keys, console_url=url, **identity) as registry,
        served(registry.app) as address,
    ):
        await registry.admin()
        others = {f"{name}_url": NOWHERE for name in ("quotes", "billing", "dunning", "notify")}
        settings = Settings(
            auth_jwks=f"{keys.jwks},{address}/jwks.json", identity_url=address, console_url=url,
            nats_url="nats://127.0.0.1:1", **others,  # type: ignore[arg-type]  # addresses are text
        )  # fmt: skip
        console = create_console(settings)
        async with console.router.lifespan_context(console), served(console, port):
            yield ConsoleHouse(registry, console, url)
