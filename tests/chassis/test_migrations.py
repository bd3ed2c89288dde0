"""A migration that dies at any of its steps, with whatever that step keeps before its end, is finished by the next."""

from collections.abc import Iterator

import pytest
from alembic.script import ScriptDirectory

from chassis import faults, migrations
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


@pytest.mark.parametrize("service", SERVICES)
async def test_each_step_that_died_at_its_end_is_done_by_the_next_migration(
    service: str, databases: Databases, dying: set[str]
) -> None:
    async def one_step_at_a_time(dsn: str) -> None:
        for step in steps_of(service):
            dying.add(APPLIED)
            with pytest.raises(Died):
                await migrations.migrate(service, dsn, to=step)
            dying.clear()
            await migrations.migrate(service, dsn, to=step)

    await databases.drop(await databases.fresh(f"{service}_by_steps", one_step_at_a_time))
