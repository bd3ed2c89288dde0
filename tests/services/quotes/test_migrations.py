"""The migrated database and the models agree."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlmodel import SQLModel

from chassis import database
from services.quotes.main import SERVICE

MECHANICS = {"outbox", "inbox", "idempotency_keys"}
TABLES = MECHANICS | {"quotes", "quote_series", "quote_documents", "quote_links", "quote_mails", "pipelines"}


async def test_the_models_agree_with_the_migrated_database(dsn: str) -> None:
    engine = database.engine(dsn, pool=1)
    async with engine.connect() as connection:
        differences = await connection.run_sync(_differences)
        names = await connection.execute(text("select tablename from pg_tables where schemaname = 'public'"))
        tables = {name for (name,) in names}
    await engine.dispose()

    assert SERVICE.name == "quotes"
    assert tables - {"alembic_version"} == TABLES
    assert differences == []


def _differences(connection: Connection) -> list[object]:
    """Columns, their types and whether they may be null; constraints and indexes stand in the migration alone."""

    def is_ours(_: object, name: str | None, kind: str, __: bool, ___: object) -> bool:
        return name in TABLES if kind == "table" else kind == "column"

    options: dict[str, Any] = {"include_object": is_ours, "compare_type": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), SQLModel.metadata))
