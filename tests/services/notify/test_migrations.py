"""The migrated database is what the models say."""

from collections.abc import Awaitable, Callable

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel

from chassis import database
from services.notify.main import SERVICE

OWN = "services.notify"


def own_tables() -> set[str]:
    """The tables whose models stand in this service, and those of the chassis."""
    assert SERVICE.name == "notify"
    tables = {
        mapper.class_.__tablename__
        for mapper in SQLModel._sa_registry.mappers
        if mapper.class_.__module__.startswith((OWN, "chassis"))
    }
    return {str(name) for name in tables}


def differences(connection: Connection) -> list[object]:
    tables = own_tables()
    options = {
        "compare_type": True,
        "include_name": lambda name, kind, _: kind != "table" or name in tables,
        "include_object": lambda thing, name, kind, _, __: kind != "table" or name in tables,
    }
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, SQLModel.metadata))


async def test_models_and_migrations_agree(database_of: Callable[[str], Awaitable[str]]) -> None:
    engine = database.engine(await database_of("notify"))
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
        present = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    await engine.dispose()

    assert found == []
    assert own_tables() <= present
