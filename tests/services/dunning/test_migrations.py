"""The migrated database and the models speak of the same tables."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlmodel import SQLModel

from chassis import database
from services.dunning import main

TABLES = {
    "cases",
    "contact_claims",
    "decisions",
    "dunning_exclusions",
    "dunning_policies",
    "holds",
    "idempotency_keys",
    "inbox",
    "outbox",
    "overdue_lists",
    "reconciliations",
    "scenario_rules",
    "scenario_versions",
    "scenarios",
}
OF_THE_DATABASE_ALONE = {"add_index", "remove_index", "add_constraint", "remove_constraint", "add_fk", "remove_fk"}


async def test_the_models_agree_with_the_migrated_database(dsn: str) -> None:
    engine = database.engine(dsn, pool=1)
    async with engine.connect() as connection:
        differences = await connection.run_sync(_differences)
    await engine.dispose()

    assert main.SERVICE.name == "dunning"
    assert differences == []


def _differences(connection: Connection) -> list[object]:
    def is_ours(_: object, name: str | None, kind: str, __: bool, ___: object) -> bool:
        return kind != "table" or name in TABLES

    options = {"include_object": is_ours, "compare_type": True}
    found: list[Any] = compare_metadata(MigrationContext.configure(connection, opts=options), SQLModel.metadata)
    return [each for each in found if isinstance(each, list) or each[0] not in OF_THE_DATABASE_ALONE]
