"""PostgreSQL behind TLS, for the processes of a service as production starts them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from nats.aio.client import Client as Nats
from sqlalchemy import make_url, text

from chassis import database
from deploy.local.ports import LOOPBACK
from deploy.local.servers import NatsServer
from tests.deploy.tls.conftest import Authorities, ended, staying, told
from tests.support.databases import Databases
from tests.support.tls_front import TlsFront, serving

pytestmark = pytest.mark.slow

MAIN = "services.billing.main"


@pytest.fixture
async def dsn(databases: Databases) -> str:
    """An empty database, in clear text."""

    async def no_tables(_: str) -> None:
        return

    return await databases.fresh("tls", no_tables)


@pytest.fixture
async def front(dsn: str, authorities: Authorities) -> AsyncIterator[TlsFront]:
    port = make_url(dsn).port
    assert port is not None
    async with TlsFront(port, serving(authorities.ours.signs("postgres")), asks_first=True) as front:
        yield front


def asking(common: Mapping[str, str], dsn: str, port: int, ca: Path) -> dict[str, str]:
    url = make_url(dsn).set(host=LOOPBACK, port=port).render_as_string(hide_password=False)
    verified = {"RELANCE_DATABASE_TLS": "verify-full", "RELANCE_DATABASE_CA": str(ca)}
    return {**common, "RELANCE_DATABASE_URL": url, **verified}


async def tables(dsn: str) -> int:
    engine = database.engine(dsn, pool=1)
    query = text("select count(*) from information_schema.tables where table_schema = 'public'")
    async with engine.connect() as connection:
        found = (await connection.execute(query)).scalar_one()
    await engine.dispose()
    return int(found)


async def test_a_server_that_is_not_the_one_that_is_meant_is_refused(
    common: dict[str, str], dsn: str, front: TlsFront, authorities: Authorities
) -> None:
    elsewhere = serving(authorities.ours.signs("another", host="192.0.2.1"))
    in_clear = make_url(dsn).port
    assert in_clear is not None
    async with TlsFront(in_clear, elsewhere, asks_first=True) as another:
        ours, strange = authorities.ours.ca, authorities.strange.ca
        unknown, misnamed, bare = await asyncio.gather(
            ended(asking(common, dsn, front.port, strange), MAIN, "migrate"),
            ended(asking(common, dsn, another.port, ours), MAIN, "migrate"),
            ended(asking(common, dsn, in_clear, ours), MAIN, "migrate"),
        )

    assert (unknown[0], "certificate verify failed" in unknown[1]) == (1, True), unknown
    assert (misnamed[0], "IP address mismatch" in misnamed[1]) == (1, True), misnamed
    assert (bare[0], "rejected SSL upgrade" in bare[1]) == (1, True), bare
    assert await tables(dsn) == 0


async def test_every_process_of_a_service_works_over_tls(
    common: dict[str, str], dsn: str, front: TlsFront, authorities: Authorities, bus: Nats, nats_server: NatsServer
) -> None:
    settings = asking(common, dsn, front.port, authorities.ours.ca) | {"RELANCE_NATS_URL": nats_server.url}
    strangers = settings | {"RELANCE_DATABASE_CA": str(authorities.strange.ca)}

    assert (await ended(settings, MAIN, "migrate"))[0] == 0
    async with (
        staying(settings, MAIN, "api") as api,
        staying(settings, MAIN, "worker") as worker,
        staying(strangers, MAIN, "api") as deceived,
    ):
        await told(api, "database", "ok")
        await told(worker, "database", "ok")
        await told(deceived, "database", "certificate verify failed")
        assert await published(dsn, bus)
    assert front.told["clear text"] == 0


async def published(dsn: str, bus: Nats) -> bool:
    """Whether the worker hears, by its own connection, of what waits in the outbox."""
    engine = database.engine(dsn, pool=1)
    async with engine.begin() as connection:
        row = "values (gen_random_uuid(), 'billing.invoice.settled.v1', '{}', now())"
        await connection.execute(text(f"insert into outbox (id, subject, body, occurred_at) {row}"))
    await engine.dispose()
    async with asyncio.timeout(20):
        while not (await bus.jetstream().stream_info("BILLING")).state.messages:
            await asyncio.sleep(0.1)
    return True
