"""A database that has the tables of the chassis alone, and a shop on it."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from chassis import database
from chassis.database import Sessions
from chassis.migrations import create_mechanics, keep_origins
from tests.chassis.shop import a_client
from tests.support.databases import Databases
from tests.support.tokens import Keys


async def mechanics_alone(dsn: str) -> None:
    def create(connection: Connection) -> None:
        with Operations.context(MigrationContext.configure(connection)):
            create_mechanics()
            keep_origins()

    engine = database.engine(dsn, pool=1)
    async with engine.begin() as connection:
        await connection.run_sync(create)
    await engine.dispose()


@pytest.fixture
async def dsn(databases: Databases) -> str:
    return await databases.fresh("mechanics", mechanics_alone)


@pytest.fixture
async def sessions(dsn: str) -> AsyncIterator[Sessions]:
    engine = database.engine(dsn)
    yield database.sessions_of(engine)
    await engine.dispose()


@pytest.fixture
async def shop(dsn: str, keys: Keys) -> AsyncIterator[httpx2.AsyncClient]:
    async with a_client(dsn, keys) as client:
        yield client
