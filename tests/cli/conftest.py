"""The command line as a person or a script uses it: arguments, settings, output, exit code."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from nats.aio.client import Client as Nats
from pydantic import SecretStr
from typer.testing import CliRunner

from chassis.app import create_app
from chassis.bus import terminate
from cli.main import app
from contracts.topology import BILLING_PAYMENT
from deploy.local.servers import NatsServer
from services.dunning.main import SERVICE as DUNNING
from services.dunning.settings import Settings as DunningSettings
from tests.services.dunning.desk import Desk, Time
from tests.support.counter import Counter, a_counter
from tests.support.serving import served
from tests.support.tokens import Keys


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Relance:
    """`await relance("payment", "publish", ...)`; `settings` are the environment, nothing else of it is read."""

    settings: dict[str, str | None] = field(default_factory=dict)

    def where(self, **settings: str | None) -> "Relance":
        """With RELANCE_... settings; None removes one."""
        named = {f"RELANCE_{name.upper()}": value for name, value in settings.items()}
        return replace(self, settings=self.settings | named)

    async def __call__(self, *arguments: str, stdin: str | None = None) -> Ended:
        ended = await asyncio.to_thread(CliRunner().invoke, app, list(arguments), input=stdin, env=self.settings)
        if ended.exception is not None and not isinstance(ended.exception, SystemExit):
            raise ended.exception
        return Ended(ended.exit_code, ended.stdout, ended.stderr)


@pytest.fixture
def nowhere(tmp_path: Path) -> Relance:
    """Where no stack runs and nothing is set; a wide terminal without colours."""
    return Relance({"COLUMNS": "200", "TERM": "dumb", "RELANCE_LOCAL_DIR": str(tmp_path / "local")})


@pytest.fixture
def relance(nowhere: Relance, nats_server: NatsServer, keys: Keys) -> Relance:
    """With the bus and the keys of the tests."""
    return nowhere.where(
        nats_url=nats_server.url,
        signing_key=str(keys.private),
        auth_jwks=str(keys.jwks),
        auth_issuer="relance",
        auth_audience="relance",
    )


@pytest.fixture
async def counter(bus: Nats, database_of: Callable[[str], Awaitable[str]], keys: Keys) -> AsyncIterator[Counter]:
    async with a_counter(await database_of("billing"), keys, bus) as counter:
        yield counter


@dataclass(frozen=True)
class DunningDesk:
    desk: Desk
    url: str


@pytest.fixture
async def dunning(database_of: Callable[[str], Awaitable[str]], keys: Keys) -> AsyncIterator[DunningDesk]:
    """Dunning's API on a port, and what happens behind it."""
    dsn = await database_of("dunning")
    app = create_app(
        DUNNING, DunningSettings(auth_jwks=str(keys.jwks), signing_key=keys.private, database_url=SecretStr(dsn))
    )
    time = Time()
    app.state.now = time
    async with app.router.lifespan_context(app), served(app) as url, httpx2.AsyncClient(base_url=url) as http:
        yield DunningDesk(Desk(http, keys, app.state.sessions, time), url)


@pytest.fixture
async def terminating(bus: Nats) -> AsyncIterator[Callable[[str], None]]:
    """`terminating(reason)`: from now on every payment event becomes a dead letter, as a poisoned one does."""
    stopping = asyncio.Event()
    tasks: list[asyncio.Task[None]] = []

    async def answer(reason: str) -> None:
        pull = await bus.jetstream().pull_subscribe_bind(durable=BILLING_PAYMENT.durable, stream=BILLING_PAYMENT.stream)
        while not stopping.is_set():
            with suppress(TimeoutError):
                for message in await pull.fetch(1, timeout=0.3):
                    await terminate(message, reason)

    yield lambda reason: tasks.append(asyncio.create_task(answer(reason)))
    stopping.set()
    await asyncio.gather(*tasks)
