"""Queries of forgotten actions, and of which keys are known."""

from collections.abc import Collection

from sqlalchemy import tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.notify.forgotten.models import ActionsToldUntil, ForgottenAction
from services.notify.letters.models import Letter
from services.notify.messages.models import Message, MessageStatus
from services.notify.tasks.models import Task


async def told_until(session: AsyncSession, stream: str) -> int:
    query = select(ActionsToldUntil.position).where(ActionsToldUntil.stream == stream)
    return (await session.exec(query)).one_or_none() or 0


async def keep_told_until(session: AsyncSession, stream: str, position: int) -> None:
    statement = insert(ActionsToldUntil).values(stream=stream, position=position)
    later = {"position": statement.excluded.position}
    await session.exec(statement.on_conflict_do_update(index_elements=["stream"], set_=later))


async def known(session: AsyncSession, keys: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these organisations and keys under which something was done.

    A pending message was not sent: it is told of only if it was sent after the backup, which has it as it was before.
    """
    found: set[tuple[str, str]] = set()
    for model in (Message, Letter, Task):
        query = select(model.organisation, model.key).where(tuple_(model.organisation, model.key).in_(keys))
        if model is Message:
            query = query.where(col(Message.status) != MessageStatus.PENDING)
        found.update((organisation, key) for organisation, key in (await session.exec(query)).all())
    return found


async def remember(session: AsyncSession, action: ForgottenAction) -> None:
    """What was told last of a key counts."""
    statement = insert(ForgottenAction).values(action.model_dump())
    later = {name: statement.excluded[name] for name in ("status", "at")}
    await session.exec(statement.on_conflict_do_update(index_elements=["organisation", "key"], set_=later))


async def find(session: AsyncSession, organisation: str, key: str) -> ForgottenAction | None:
    return await session.get(ForgottenAction, (organisation, key))
