"""What the models of a service say of its database, compared with what its migrations made."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlmodel import SQLModel

from chassis import database


async def differences(service: str, dsn: str) -> list[object]:
    """What autogeneration would change, in the tables of the service and of the mechanics alone."""
    engine = database.engine(dsn, pool=1)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_differences, service)
    finally:
        await engine.dispose()


def _differences(connection: Connection, service: str) -> list[object]:
    names = {
        str(mapper.local_table)
        for mapper in SQLModel._sa_registry.mappers
        if mapper.class_.__module__.startswith((f"services.{service}.", "chassis."))
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
