"""What an API answers while a server that it needs is out of reach."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx2
import pytest
from fastapi import APIRouter
from nats.errors import ConnectionClosedError, MaxPayloadError
from nats.js.errors import NotFoundError
from sqlalchemy import text

from chassis.app import Service, create_app
from chassis.auth import Role
from chassis.database import Transaction
from deploy.local.ports import free_port
from tests.chassis.shop import a_client, settings_of
from tests.support.tokens import Keys

END_OF_ALL = text("select pg_terminate_backend(pg_backend_pid())")


@asynccontextmanager
async def without_a_database(keys: Keys) -> AsyncIterator[httpx2.AsyncClient]:
    async with a_client(f"postgresql+asyncpg://relance@127.0.0.1:{free_port()}/gone", keys) as shop:
        yield shop


async def counted(shop: httpx2.AsyncClient, status: int) -> float:
    lines = (await shop.get("/metrics")).text.splitlines()
    found = [line for line in lines if line.startswith("relance_http_requests_total{") and f'"{status}"' in line]
    return sum(float(line.rpartition(" ")[2]) for line in found)


@pytest.mark.parametrize("key", [{}, {"idempotency-key": "a"}])
async def test_an_api_whose_database_is_gone_says_that_a_server_is_away(keys: Keys, key: Mapping[str, str]) -> None:
    async with without_a_database(keys) as shop:
        before = await counted(shop, 503), await counted(shop, 500)
        answer = await shop.post("/orders", json={"what": "chair"}, headers=keys.bearer(Role.SALES) | dict(key))
        after = await counted(shop, 503), await counted(shop, 500)

    assert (answer.status_code, answer.json()["type"]) == (503, "urn:relance:problem:server_away")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "127.0.0.1" not in answer.text
    assert (after[0] - before[0], after[1] - before[1]) == (1, 0)


async def test_a_connection_that_is_cut_under_a_request_is_a_server_that_is_away(dsn: str, keys: Keys) -> None:
    router = APIRouter()

    @router.get("/cut")
    async def cut(transaction: Transaction) -> None:
        await (await transaction.connection()).execute(END_OF_ALL)

    assert await _answer(dsn, keys, router, "/cut") == 503


async def test_a_connection_that_is_cut_while_it_is_made_is_a_server_that_is_away(dsn: str, keys: Keys) -> None:
    """The driver's own error, which SQLAlchemy passes on as it is."""
    router = APIRouter()

    @router.get("/cut")
    async def cut() -> None:
        connection = await asyncpg.connect(dsn.replace("+asyncpg", ""))
        await connection.close()
        await connection.set_type_codec("json", schema="pg_catalog", encoder=str, decoder=str)

    assert await _answer(dsn, keys, router, "/cut") == 503


async def test_an_error_of_our_own_is_not_mistaken_for_it(dsn: str, keys: Keys, tmp_path: Path) -> None:
    router = APIRouter()

    @router.get("/statement")
    async def ask(transaction: Transaction) -> None:
        await (await transaction.connection()).execute(text("select * from nowhere"))

    @router.get("/file")
    async def read() -> str:
        return (tmp_path / "nowhere").read_text()

    @router.get("/slow")
    async def take_too_long(transaction: Transaction) -> None:
        connection = await transaction.connection()
        await connection.execute(text("set local statement_timeout = 10"))
        await connection.execute(text("select pg_sleep(5)"))

    @router.get("/large")
    async def send() -> None:
        raise MaxPayloadError

    @router.get("/stream")
    async def look() -> None:
        raise NotFoundError(code=404)

    paths = ("/statement", "/file", "/slow", "/large", "/stream")
    assert [await _answer(dsn, keys, router, path) for path in paths] == [500] * len(paths)


async def test_a_request_that_waits_for_a_server_is_logged_with_where_and_its_trace(
    dsn: str, keys: Keys, caplog: pytest.LogCaptureFixture
) -> None:
    router = APIRouter()

    @router.get("/bus")
    async def publish() -> None:
        raise ConnectionClosedError

    assert await _answer(dsn, keys, router, "/bus") == 503
    (told,) = [record for record in caplog.records if record.name == "chassis.away"]
    assert told.exc_info is not None
    assert "trace_id" in vars(told)


async def _answer(dsn: str, keys: Keys, router: APIRouter, path: str) -> int:
    app = create_app(Service("shop", "A shop", [router]), settings_of(dsn, keys))
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://shop") as client,
    ):
        return (await client.get(path)).status_code
