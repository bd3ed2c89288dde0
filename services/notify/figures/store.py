"""Counts over all organisations, by partial indexes of what is not finished."""

from datetime import datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.notify.letters.models import Letter, LetterStatus
from services.notify.messages.models import Message, MessageStatus
from services.notify.tasks.models import Task, TaskStatus

UNFINISHED = (MessageStatus.PENDING, MessageStatus.SENDING, MessageStatus.UNCERTAIN)


async def messages_by_status(session: AsyncSession) -> dict[MessageStatus, int]:
    """Of those that are not finished, or wait for a person."""
    statement = select(Message.status, func.count()).where(col(Message.status).in_(UNFINISHED))
    rows = await session.exec(statement.group_by(col(Message.status)))
    return {MessageStatus(status): count for status, count in rows}


async def held_up(session: AsyncSession, *, since: datetime) -> int:
    """Messages that were tried since then (business time) and have not left: of one that waits, each try is noted."""
    is_under_way = col(Message.status).in_((MessageStatus.PENDING, MessageStatus.SENDING))
    statement = select(func.count()).where(is_under_way, col(Message.settled_at) > since)
    return (await session.exec(statement)).one()


async def returned(session: AsyncSession) -> int:
    """Messages that came back and nobody has looked after."""
    is_open = (col(Message.status) == MessageStatus.BOUNCED) & col(Message.settled_by).is_(None)
    return (await session.exec(select(func.count()).where(is_open))).one()


async def letters_to_post(session: AsyncSession) -> int:
    statement = select(func.count()).where(col(Letter.status) == LetterStatus.PREPARED)
    return (await session.exec(statement)).one()


async def open_tasks(session: AsyncSession) -> int:
    return (await session.exec(select(func.count()).where(col(Task.status) == TaskStatus.OPENED))).one()
