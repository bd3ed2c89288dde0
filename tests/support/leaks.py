"""Looks for words in everything that a database holds."""

from collections.abc import Collection

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

TABLES = text("select table_name from information_schema.tables where table_schema = 'public'")


async def columns_with(
    session: AsyncSession, words: Collection[str], *, besides: Collection[str] = ("outbox", "idempotency_keys")
) -> set[str]:
    """The columns, such as `customers.name`, in which one of the words stands; bytes are not looked into."""
    connection = await session.connection()
    found = set()
    for table in (await connection.execute(TABLES)).scalars().all():
        if table in besides:
            continue
        cells = text(
            f"select distinct cell.key, cell.value #>> '{{}}' from {table} as row,"  # noqa: S608 (a name of the catalogue)
            " jsonb_each(to_jsonb(row)) as cell where cell.value <> 'null'"
        )
        for column, value in (await connection.execute(cells)).all():
            if any(word in value for word in words):
                found.add(f"{table}.{column}")
    return found
