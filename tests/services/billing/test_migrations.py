"""The migrated database is the one that the models describe."""

from collections.abc import Awaitable, Callable

from sqlalchemy import text

from chassis import database, migrations
from services.billing.main import SERVICE
from tests.support.schema import differences


async def test_models_and_migrations_agree(database_of: Callable[[str], Awaitable[str]]) -> None:
    assert SERVICE.routers  # the import of main brings every model in
    assert await differences("billing", await database_of("billing")) == []


async def test_a_release_that_was_rolled_back_leaves_a_later_database_as_it_is(
    database_of: Callable[[str], Awaitable[str]],
) -> None:
    dsn = await database_of("billing")
    engine = database.engine(dsn)
    async with engine.begin() as connection:
        await connection.execute(text("update alembic_version set version_num = '9999'"))

    await migrations.migrate("billing", dsn)

    async with engine.connect() as connection:
        assert (await connection.execute(text("select version_num from alembic_version"))).scalar_one() == "9999"
    await engine.dispose()
