"""The inbox: which messages a consumer has already worked into this database."""

from datetime import datetime

from sqlalchemy import Text, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

BATCH = 5_000
OLDEST = text(
    "delete from inbox where ctid = any(array("
    "select ctid from inbox where received_at < :before order by received_at limit :batch))"
)


class InboxMessage(SQLModel, table=True):
    __tablename__ = "inbox"

    consumer: str = Field(sa_type=Text, primary_key=True)
    message_id: str = Field(sa_type=Text, primary_key=True)
    received_at: datetime = Field(index=True)


async def first_time(session: AsyncSession, consumer: str, message_id: str, *, at: datetime) -> bool:
    """True once for each message and consumer, in the transaction that does its work. `at` is real time."""
    statement = insert(InboxMessage).values(consumer=consumer, message_id=message_id, received_at=at)
    result = await session.exec(statement.on_conflict_do_nothing().returning(col(InboxMessage.message_id)))
    return result.first() is not None


async def forget(session: AsyncSession, *, before: datetime) -> int:
    """Drop the oldest, at most a batch; how many. Older than the streams keep, so that the table stays small."""
    dropped = await (await session.connection()).execute(OLDEST, {"before": before, "batch": BATCH})
    return dropped.rowcount
