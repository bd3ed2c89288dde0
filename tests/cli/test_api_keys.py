"""An API key from the console's page to another service: by the command line, and by a plain program."""

import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from chassis.app import create_app
from services.dunning.main import SERVICE as DUNNING
from services.dunning.settings import Settings as DunningSettings
from tests.cli.conftest import Relance
from tests.services.console.browser import Browser
from tests.services.console.house import ConsoleHouse, a_console_house, sign_in
from tests.services.identity.registry import Registry
from tests.support.serving import served
from tests.support.tokens import Keys

READS = "scenarios.read"
SCENARIO = "key: slow\nname: Slow\nsteps:\n- {key: wait, days: 90, kind: event}\n"
LIVES = timedelta(minutes=5)
LEEWAY = timedelta(seconds=11)
"""Five minutes, and what clocks may differ by."""


@dataclass
class Gate:
    """Identity and its console on ports, and dunning, which knows identity's published keys and no others."""

    house: ConsoleHouse
    identity: str
    dunning: str

    @property
    def registry(self) -> Registry:
        return self.house.registry

    async def key(self, anne: Browser, *rights: str, days: str = "30") -> str:
        """Made on the page; it is on no other."""
        page = await anne.get("/people/api-keys/new")
        chosen = {f"rights.{right}": "on" for right in rights}
        made = await anne.send(page, "/people/api-keys/new", name="Bank", profile="admin", days=days, **chosen)
        (secret,) = set(re.findall(r"rlk_[\w-]+", made.text))
        for path in ("/people/api-keys", "/people/api-keys/new", "/audit"):
            assert secret not in (await anne.get(path)).text
        return str(secret)

    async def token(self, secret: str) -> httpx2.Response:
        """As curl asks: --request POST --header "Authorization: Bearer $RELANCE_API_KEY"."""
        async with httpx2.AsyncClient(timeout=10) as client:
            return await client.post(f"{self.identity}/tokens", headers={"authorization": f"Bearer {secret}"})

    async def asks(self, token: str, method: str = "GET", path: str = "/scenarios") -> int:
        async with httpx2.AsyncClient(timeout=10) as client:
            answer = await client.request(
                method, f"{self.dunning}{path}", headers={"authorization": f"Bearer {token}"}, content=SCENARIO
            )
            return answer.status_code

    def relance(self, nowhere: Relance, secret: str) -> Relance:
        return nowhere.where(identity_url=self.identity, dunning_url=self.dunning, api_key=secret)


@pytest.fixture
async def gate(database_of: Callable[[str], Awaitable[str]], keys: Keys) -> AsyncIterator[Gate]:
    async with a_console_house(await database_of("identity"), keys) as house, served(house.registry.app) as identity:
        settings = DunningSettings(
            auth_jwks=f"{identity}/jwks.json", signing_key=keys.private,
            database_url=SecretStr(await database_of("dunning")),
        )  # fmt: skip
        app = create_app(DUNNING, settings)
        app.state.real_now = house.registry.now
        async with app.router.lifespan_context(app), served(app) as dunning:
            yield Gate(house, identity, dunning)


@pytest.fixture
async def anne(gate: Gate) -> AsyncIterator[Browser]:
    async with gate.house.browser() as browser:
        assert (await sign_in(browser)).status_code == 303
        yield browser


async def test_a_key_does_what_it_was_made_for_and_nothing_else(
    gate: Gate, anne: Browser, nowhere: Relance, tmp_path: Path
) -> None:
    secret = await gate.key(anne, READS)
    relance = gate.relance(nowhere, secret)
    file = tmp_path / "slow.yaml"
    file.write_text(SCENARIO)

    shown = await relance("scenario", "show", "standard")
    refused = await relance("scenario", "apply", str(file))
    token = (await gate.token(secret)).json()["access_token"]

    assert (shown.code, shown.out.splitlines()[0]) == (0, "key: standard")
    assert refused.code == 4
    assert "The right scenarios.write is needed" in refused.err
    assert await gate.asks(token) == 200
    assert await gate.asks(token, "PUT", "/scenarios/slow.yaml") == 403
    assert await gate.asks(secret) == 401  # a key opens identity alone


async def test_a_revoked_key_is_refused_at_once_and_its_last_token_after_five_minutes(
    gate: Gate, anne: Browser, nowhere: Relance
) -> None:
    secret = await gate.key(anne, READS)
    token = (await gate.token(secret)).json()["access_token"]
    page = await anne.get("/people/api-keys")
    (path,) = re.findall(r'action="(/people/api-keys/[\w-]+/revoke)"', page.text)

    assert (await anne.send(page, path)).status_code == 303

    assert (await gate.token(secret)).status_code == 401
    ended = await gate.relance(nowhere, secret)("scenario", "show", "standard")
    assert (ended.code, ended.out) == (4, "")
    assert "it has expired, was revoked or never was" in ended.err
    assert await gate.asks(token) == 200
    gate.registry.wait(LIVES + LEEWAY)
    assert await gate.asks(token) == 401


async def test_an_expired_key_is_refused_and_no_token_outlives_it(gate: Gate, anne: Browser, nowhere: Relance) -> None:
    secret = await gate.key(anne, READS, days="1")
    gate.registry.wait(timedelta(days=1) - timedelta(minutes=1))
    token = (await gate.token(secret)).json()["access_token"]
    assert await gate.asks(token) == 200

    gate.registry.wait(timedelta(minutes=1) + LEEWAY)

    assert await gate.asks(token) == 401
    assert (await gate.token(secret)).status_code == 401
    assert (await gate.relance(nowhere, secret)("scenario", "show", "standard")).code == 4


async def test_a_key_is_kept_as_a_digest_and_stands_in_no_log(
    gate: Gate, anne: Browser, nowhere: Relance, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor does the answer to a request that is made twice under one key keep it."""
    caplog.set_level(logging.DEBUG)
    secret = await gate.key(anne, READS)
    asked = {"name": "Twice", "profile": "viewer"}
    twice = await gate.registry.ask("POST", "/api-keys", asked, headers={"idempotency-key": "once"})
    token = (await gate.token(secret)).json()["access_token"]
    await gate.relance(nowhere, secret)("scenario", "show", "standard")
    await gate.token(f"{secret}x")
    await gate.asks(f"{token}x")

    async with gate.registry.sessions() as session:
        connection = await session.connection()
        names = "select table_name from information_schema.tables where table_schema = 'public'"
        tables = (await connection.execute(text(names))).scalars().all()
        rows = [
            row
            for table in tables
            for row in (await connection.execute(text(f"select t::text from {table} t"))).scalars()  # noqa: S608
        ]
    assert len(rows) > 10
    for told in (secret, twice.json()["secret"], token):
        assert told not in caplog.text
        assert not [row for row in rows if told in row]
        assert not [row for row in rows if told.encode().hex() in row]
