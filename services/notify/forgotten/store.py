"""Queries of forgotten actions, and of what is known under a key."""

from collections.abc import Collection
from typing import TypeVar

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.actions import ActionStatus
from services.notify.forgotten.models import ActionsToldUntil, Done, ForgottenAction

Kind = TypeVar("Kind", bound=Done)


async def told_until(session: AsyncSession, stream: str) -> int:
    query = select(ActionsToldUntil.position).where(ActionsToldUntil.stream == stream)
    return (await session.exec(query)).one_or_none() or 0


async def keep_told_until(session: AsyncSession, stream: str, position: int) -> None:
    statement = insert(ActionsToldUntil).values(stream=stream, position=position)
    later = {"position": statement.excluded.position}
    await session.exec(statement.on_conflict_do_update(index_elements=["stream"], set_=later))


async def statuses(
    session: AsyncSession, kind: type[Done], keys: Collection[tuple[str, str]]
) -> dict[tuple[str, str], ActionStatus]:
    """What became of what is known of this kind under these organisations and keys, and maybe under more."""
    organisations, names = {organisation for organisation, _ in keys}, {key for _, key in keys}
    query = select(kind.organisation, kind.key, kind.status).where(
        col(kind.organisation).in_(organisations),
        col(kind.key).in_(names),  # beside one another, not as pairs, for which no index serves
    )
    found = (await session.exec(query)).all()
    return {(organisation, key): ActionStatus(status) for organisation, key, status in found}


async def lock(session: AsyncSession, kind: type[Kind], organisation: str, key: str) -> Kind:
    query = select(kind).where(kind.organisation == organisation, kind.key == key).with_for_update()
    return (await session.exec(query)).one()


async def remember(session: AsyncSession, action: ForgottenAction) -> None:
    """What was told last of a key counts."""
    statement = insert(ForgottenAction).values(action.model_dump())
    later = {name: statement.excluded[name] for name in ("status", "at")}
    await session.exec(statement.on_conflict_do_update(index_elements=["organisation", "key"], set_=later))


async def find(session: AsyncSession, organisation: str, key: str) -> ForgottenAction | None:
    return await session.get(ForgottenAction, (organisation, key))
