"""Every endpoint of every service, asked with every default profile, against the matrix of profiles and rights."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

import services.billing.main
import services.billing.settings
import services.dunning.main
import services.dunning.settings
import services.identity.main
import services.identity.settings
import services.notify.main
import services.notify.settings
import services.quotes.main
import services.quotes.settings
from chassis.app import Service, create_app, routes_of
from chassis.auth import Role
from chassis.settings import ServiceSettings
from contracts.profiles import DEFAULT_PROFILES
from contracts.rights import Right
from deploy.local.servers import NatsServer
from services.identity.sealing import new_sealing_key
from tests.support.tokens import Keys

SERVICES: dict[str, tuple[Service, type[ServiceSettings]]] = {
    "billing": (services.billing.main.SERVICE, services.billing.settings.Settings),
    "dunning": (services.dunning.main.SERVICE, services.dunning.settings.Settings),
    "identity": (services.identity.main.SERVICE, services.identity.settings.Settings),
    "notify": (services.notify.main.SERVICE, services.notify.settings.Settings),
    "quotes": (services.quotes.main.SERVICE, services.quotes.settings.QuotesSettings),
}
HEALTH = {"/healthz", "/readyz"}
WITHOUT_TOKEN = {
    ("get", "/public/calendars/{secret}"),
    ("get", "/public/quotes/{secret}"),
    ("get", "/public/quotes/{secret}/pdf"),
    ("post", "/public/quotes/{secret}/accept"),
    ("post", "/public/quotes/{secret}/refuse"),
}
"""What the holder of a secret link may do without a token: it gives 404 or 422 here, and never asks for a right."""
WITHOUT_A_RIGHT = {
    # of identity, for those who are not signed in yet
    *{("GET", "/jwks.json"), ("POST", "/sessions"), ("POST", "/tokens")},
    *{("GET", "/oidc"), ("POST", "/oidc/authorizations"), ("POST", "/oidc/sessions")},
    ("POST", "/oidc/carried"),
    *{("POST", "/password-resets"), ("PUT", "/password-resets/{token}")},
    # and for everyone, about themselves
    ("POST", "/audit/refusals"),
    *{("GET", "/me"), ("PUT", "/me"), ("PUT", "/me/password")},
    *{("GET", "/sessions"), ("DELETE", "/sessions"), ("DELETE", "/sessions/current")},
    ("DELETE", "/sessions/{session_id}"),
    *{("GET", "/views"), ("POST", "/views"), ("PUT", "/views/{view_id}"), ("DELETE", "/views/{view_id}")},
}
NAMES = {"key": "standard", "language": "fr", "day": "2026-02-09", "version": "1", "payment_id": "NOTHING-1"}

MATRIX = (Path(__file__).parent / "rights.txt").read_text()


def address(path: str) -> str:
    """The path with ids that name nothing."""
    return re.sub(r"\{(\w+)\}", lambda found: NAMES.get(found[1], str(uuid4())), path)


def app_of(name: str, dsn: str, keys: Keys, **more: Any) -> FastAPI:
    """The API of a service, with the settings that it cannot do without, and `more`."""
    service, settings = SERVICES[name]
    own: dict[str, Any] = {"sealing_keys": SecretStr(new_sealing_key())} if name == "identity" else {}
    own |= {"auth_jwks": str(keys.jwks), "signing_key": keys.private} | more
    return create_app(service, settings(database_url=SecretStr(dsn), **own))


@asynccontextmanager
async def serving(name: str, dsn: str, keys: Keys, **more: Any) -> AsyncIterator[httpx2.AsyncClient]:
    app = app_of(name, dsn, keys, **more)
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://service", timeout=30) as client,
    ):
        yield client


@pytest.mark.parametrize("name", SERVICES)
async def test_each_profile_may_do_what_its_rights_say_and_nothing_else(
    name: str, database_of: Callable[[str], Awaitable[str]], keys: Keys, nats_server: NatsServer
) -> None:
    """With a bus, which else would be waited for, or be somebody's own: everything is asked for, deletions too."""
    headers = {role: keys.bearer(role) for role in Role}
    async with serving(name, await database_of(name), keys, nats_url=nats_server.url) as client:
        document = (await client.get("/openapi.json")).json()
        asked = without = 0
        for path, operations in document["paths"].items():
            if path in HEALTH:
                continue
            for method, operation in operations.items():
                if (method, path) in WITHOUT_TOKEN:
                    assert "x-right" not in operation
                    assert (await client.request(method, address(path), json={})).status_code in (404, 422)
                    without += 1
                    continue
                if (method.upper(), path) in WITHOUT_A_RIGHT:
                    assert "x-right" not in operation
                    without += 1
                    continue
                for role in Role:
                    answer = await client.request(method, address(path), json={}, headers=headers[role])
                    may = operation["x-right"] in DEFAULT_PROFILES[role].rights
                    assert (answer.status_code != 403) is may, (method, path, role, answer.text)
                    assert answer.status_code != 401
                    asked += 1
                assert (await client.request(method, address(path), json={})).status_code == 401, (method, path)
        assert asked == len(Role) * (len(routes_of(SERVICES[name][0])) - without)


def test_the_default_profiles_are_those_of_the_matrix() -> None:
    """The matrix is written by hand, so that a slip in the sets of rights is seen."""
    lines = [line.split() for line in MATRIX.splitlines() if line and not line.startswith("#")]
    roles = [Role(name) for name in lines[0]]
    written = {Right(right): {role for role, mark in zip(roles, marks, strict=True) if mark == "x"}
               for right, *marks in lines[1:]}  # fmt: skip

    assert set(roles) == set(Role)
    assert written == {right: {r for r in Role if right in DEFAULT_PROFILES[r].rights} for right in Right}
