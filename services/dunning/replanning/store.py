"""Queries of replannings and of the cases that they concern."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.dunning import CaseState
from services.dunning.cases.models import Case
from services.dunning.replanning.models import Replanning


async def waiting(session: AsyncSession, *, limit: int) -> Sequence[int]:
    """The oldest first."""
    found = (await session.exec(select(col(Replanning.id)).order_by(col(Replanning.id)).limit(limit))).all()
    return [each for each in found if each is not None]


async def lock(session: AsyncSession, replanning_id: int) -> Replanning | None:
    """None when another worker is at it, or it has ended."""
    statement = select(Replanning).where(col(Replanning.id) == replanning_id).with_for_update(skip_locked=True)
    return (await session.exec(statement)).first()


async def count_of(session: AsyncSession, replanning: Replanning) -> int:
    """How many cases are left to be planned anew."""
    counted = select(func.count()).select_from(Case).where(*_is_concerned(replanning))
    return (await session.exec(counted)).one()


async def next_places(session: AsyncSession, replanning: Replanning, *, limit: int) -> Sequence[tuple[datetime, UUID]]:
    """Creation and id of the next cases, newest first."""
    newest = select(Case.created_at, Case.id).where(*_is_concerned(replanning))
    newest = newest.order_by(col(Case.created_at).desc(), col(Case.id).desc()).limit(limit)
    return (await session.exec(newest)).all()


async def lock_cases(session: AsyncSession, replanning: Replanning, cases: Collection[UUID]) -> Sequence[Case]:
    """Those of them that are concerned once nobody else holds them, in the order in which everyone locks several."""
    statement = select(Case).where(col(Case.id).in_(cases), *_is_concerned(replanning))
    ordered = statement.order_by(col(Case.id)).with_for_update(key_share=True)
    return (await session.exec(ordered.execution_options(populate_existing=True))).all()


def _is_concerned(replanning: Replanning) -> list[ColumnElement[bool]]:
    before = (replanning.before_created_at, replanning.before_id)
    concerned = [
        col(Case.organisation) == replanning.organisation,
        col(Case.state) != CaseState.CLOSED,
        tuple_(col(Case.created_at), col(Case.id)) < before,
    ]
    if replanning.scenario is not None:
        concerned += [col(Case.scenario) == replanning.scenario, col(Case.version) < replanning.version]
    return concerned
