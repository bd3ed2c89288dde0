"""The pool of connections, when the server ends them under it."""

import asyncio

from sqlalchemy import text

from chassis import database

OTHERS = (
    "select count(pg_terminate_backend(pid)) from pg_stat_activity"
    " where datname = current_database() and pid <> pg_backend_pid()"
)


async def test_a_connection_that_the_server_ended_is_not_handed_out_again(dsn: str) -> None:
    engine, other = database.engine(dsn, pool=3), database.engine(dsn, pool=1)
    connections = [await engine.connect() for _ in range(3)]
    for connection in connections:
        await connection.execute(text("select 1"))
        await connection.close()

    async with other.connect() as connection:
        assert (await connection.execute(text(OTHERS))).scalar_one() == 3
    await asyncio.sleep(0.2)

    for _ in range(4):
        async with engine.connect() as connection:
            assert (await connection.execute(text("select 1"))).scalar_one() == 1
    await engine.dispose()
    await other.dispose()
