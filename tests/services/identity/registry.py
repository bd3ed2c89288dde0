"""Identity as its callers see it: the API in this process, on a real database, at a time that a test moves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx2
from fastapi import FastAPI
from pydantic import SecretStr

from chassis.app import create_app
from chassis.auth import Role
from chassis.clock import real_now
from chassis.database import Sessions
from services.identity.bootstrap import FirstAdmin, create_admin
from services.identity.house import House
from services.identity.main import SERVICE
from services.identity.sealing import new_sealing_key
from services.identity.settings import Settings
from tests.support.tokens import Keys

PASSWORD = "correct horse battery"
EMAIL = "anne@atelier-brun.example"
SEALING = new_sealing_key()
DEVICE = {"user_agent": "Firefox", "address": "192.0.2.7"}


@dataclass
class Registry:
    """`now` is real time as identity sees it; `secret` that of whoever signed in last."""

    app: FastAPI
    client: httpx2.AsyncClient
    keys: Keys
    moved: timedelta = field(default=timedelta(0))

    @property
    def house(self) -> House:
        house: House = self.app.state.house
        return house

    @property
    def sessions(self) -> Sessions:
        return self.house.sessions

    def now(self) -> datetime:
        return real_now() + self.moved

    def wait(self, span: timedelta) -> None:
        self.moved += span

    async def admin(self, organisation: str = "demo", email: str = EMAIL, *, is_temporary: bool = False) -> None:
        """An organisation with an administrator whose password is PASSWORD."""
        wanted = FirstAdmin(organisation, organisation.capitalize(), email, "Anne Brun")
        hashed = await self.house.passwords.hash(PASSWORD)
        async with self.sessions() as session, session.begin():
            await create_admin(session, wanted, hashed, is_temporary=is_temporary, now=self.now())

    async def try_to_sign_in(
        self, email: str = EMAIL, password: str = PASSWORD, address: str = "192.0.2.7"
    ) -> httpx2.Response:
        device = DEVICE | {"address": address}
        return await self.client.post("/sessions", json={"email": email, "password": password, "device": device})

    async def sign_in(self, email: str = EMAIL, password: str = PASSWORD) -> str:
        """The secret of a new session."""
        answer = await self.try_to_sign_in(email, password)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["secret"])

    async def exchange(self, secret: str) -> httpx2.Response:
        return await self.client.post("/tokens", headers={"authorization": f"Bearer {secret}"})

    async def token(self, secret: str) -> str:
        answer = await self.exchange(secret)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["access_token"])

    async def ask(
        self, method: str, path: str, body: object = None, *, secret: str | None = None, **options: Any
    ) -> httpx2.Response:
        """As the holder of this secret; as an administrator of `demo` without one."""
        an_admin = self.keys.bearer(Role.ADMIN, lives=self.moved + timedelta(hours=1))
        own = {"authorization": f"Bearer {await self.token(secret)}"} if secret else an_admin
        headers = own | options.pop("headers", {})
        return await self.client.request(method, path, json=body, headers=headers, **options)

    async def do(self, method: str, path: str, body: object = None, *, secret: str | None = None) -> Any:
        """The answer's body; an assertion fails when it is a refusal."""
        answer = await self.ask(method, path, body, secret=secret)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None


@asynccontextmanager
async def a_registry(dsn: str, keys: Keys, **settings: Any) -> AsyncIterator[Registry]:
    """Passwords are hashed cheaply: what is tested is not how slow argon2 is."""
    chosen: dict[str, Any] = {"argon2_memory": 64, "argon2_time": 1, "sealing_keys": SecretStr(SEALING)} | settings
    app = create_app(SERVICE, Settings(database_url=SecretStr(dsn), auth_jwks=str(keys.jwks), **chosen))
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://identity", timeout=30) as client,
    ):
        registry = Registry(app, client, keys)
        app.state.real_now = registry.now
        yield registry
