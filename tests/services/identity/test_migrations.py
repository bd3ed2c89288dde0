"""The migrated database is the one that the models describe."""

from collections.abc import Awaitable, Callable

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlmodel import SQLModel

from chassis import database
from services.identity.main import SERVICE


async def test_models_and_migrations_agree(database_of: Callable[[str], Awaitable[str]]) -> None:
    assert SERVICE.routers  # the import of main brings every model in
    engine = database.engine(await database_of("identity"), pool=1)
    try:
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await engine.dispose()


def differences(connection: Connection) -> list[object]:
    """What autogeneration would change, in the tables of identity and of the mechanics alone."""
    names = {
        str(mapper.local_table)
        for mapper in SQLModel._sa_registry.mappers
        if mapper.class_.__module__.startswith(("services.identity.", "chassis."))
    }
    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "include_name": lambda name, kind, _: kind != "table" or name != "alembic_version",
            "include_object": lambda _, name, kind, reflected, __: kind != "table" or reflected or name in names,
        },
    )
    return list(compare_metadata(context, SQLModel.metadata))
