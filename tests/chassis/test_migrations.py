"""A migration that dies at any of its steps, with whatever that step keeps before its end, is finished by the next."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from chassis import faults, migrations, schema_versions
from tests.support.databases import Databases

APPLIED = "migrations: a version applied"
SERVICES = ("billing", "dunning", "identity", "notify", "quotes")


class Died(Exception):
    """The connection closes with it, as it does with a process."""


@pytest.fixture
def dying() -> Iterator[set[str]]:
    """The points at which this process dies."""
    points: set[str] = set()

    def die(reached: str) -> None:
        if reached in points:
            raise Died(reached)

    faults.arm(die)
    yield points
    faults._at_point = None


def steps_of(service: str) -> list[str]:
    """Their numbers, the first one first."""
    scripts = ScriptDirectory.from_config(migrations.config_of(service)).walk_revisions()
    return [script.revision for script in scripts][::-1]


async def die_at_each(steps: Sequence[str], service: str, databases: Databases, dying: set[str]) -> None:
    """Each of these steps dies once in a database that stands before the first of them, and is done by the next run."""
    before = steps_of(service)[: steps_of(service).index(steps[0])]

    async def one_step_at_a_time(dsn: str) -> None:
        if before:
            await migrations.migrate(service, dsn, to=before[-1])
        for step in steps:
            dying.add(APPLIED)
            with pytest.raises(Died):
                await migrations.migrate(service, dsn, to=step)
            dying.clear()
            await migrations.migrate(service, dsn, to=step)

    await databases.drop(await databases.fresh(f"{service}_by_steps", one_step_at_a_time))


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
async def test_each_step_that_died_at_its_end_is_done_by_the_next_migration(
    service: str, databases: Databases, dying: set[str]
) -> None:
    await die_at_each(steps_of(service), service, databases, dying)


async def test_a_step_that_keeps_work_before_its_end_is_done_by_the_next_migration(
    databases: Databases, dying: set[str]
) -> None:
    await die_at_each(["0004"], "notify", databases, dying)


def test_a_new_migration_has_the_number_after_the_last_though_one_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema_versions, "SERVICES", tmp_path)
    directory = tmp_path / "shop" / "migrations"
    directory.mkdir(parents=True)
    (directory / "0007_orders.py").write_text('"""Orders."""\n\nrevision = "0007"\ndown_revision = None\n')

    assert migrations.new("shop", "what was paid").name == "0008_what_was_paid.py"
