"""A migration that dies midway leaves nothing half done, and two at once do the work of one."""

import pytest

from chassis import migrations
from tests.faults.ground import Ground
from tests.support.databases import Databases

pytestmark = pytest.mark.slow

APPLIED = "migrations: a version applied"
TABLES = "select count(*) from information_schema.tables where table_schema = 'public'"
AT_HEAD = f"select count(*) from alembic_version where version_num = '{migrations.head('billing')}'"  # noqa: S608 (our own number)


@pytest.fixture
async def empty(ground: Ground, databases: Databases) -> Ground:
    """The ground, with a database of billing that nobody migrated yet."""

    async def no_tables(_: str) -> None:
        return

    return Ground(ground.keys, ground.bus, ground.nats_url, {"billing": await databases.fresh("empty", no_tables)})


async def test_a_migration_that_died_midway_left_nothing_and_the_next_one_finishes(empty: Ground) -> None:
    async with empty.start("billing", "migrate", at=APPLIED) as migration:
        await migration.killed()
    assert await empty.count("billing", TABLES) == 0

    await finished(empty)


@pytest.mark.parametrize("the_first_dies", [True, False], ids=["the first dies", "the first goes on"])
async def test_of_two_migrations_at_once_one_waits_and_nothing_is_done_twice(
    empty: Ground, the_first_dies: bool
) -> None:
    async with empty.start("billing", "migrate", at=APPLIED, act="stop") as first:
        await first.stopped()
        async with empty.start("billing", "migrate") as second:
            await empty.someone_waits("billing")
            if the_first_dies:
                await first.kill()
            else:
                first.go_on()
                assert await first.process.wait() == 0
            assert await second.process.wait() == 0
    await serves(empty)


async def finished(empty: Ground) -> None:
    async with empty.start("billing", "migrate") as migration:
        assert await migration.process.wait() == 0
    await serves(empty)


async def serves(empty: Ground) -> None:
    """The service starts on it."""
    assert await empty.count("billing", AT_HEAD) == 1
    async with empty.start("billing", "api") as api:
        await api.ready()
