"""Counts over all organisations."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Row, text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.dunning import CaseState
from services.dunning.cases.models import AT_WORK, Case

LAST_RUNS = text("""
    select known.organisation, last.finished_at, last.problem is null as is_complete
    from unnest(cast(:organisations as text[])) as known (organisation)
    cross join lateral (
        select finished_at, problem from reconciliations where organisation = known.organisation
        order by started_at desc, id desc limit 1
    ) as last
""")
MENDED = text("""
    select organisation, sum(opened) as opened, sum(updated) as updated, sum(workflows_started) as workflows_started,
        sum(workflows_changed) as workflows_changed, sum(workflows_closed) as workflows_closed
    from reconciliations
    where organisation = any(cast(:organisations as text[])) and started_at > :begun_since and finished_at > :since
    group by organisation
""")


async def open_by_state(session: AsyncSession) -> dict[CaseState, int]:
    statement = select(Case.state, func.count()).where(col(Case.state) != CaseState.CLOSED).group_by(col(Case.state))
    return {CaseState(state): count for state, count in await session.exec(statement)}


async def due(session: AsyncSession, *, now: datetime) -> tuple[int, datetime | None]:
    """How many cases wait for a step whose moment has come, and the earliest of these moments."""
    statement = select(func.count(), func.min(col(Case.next_moment))).where(
        col(Case.state).in_(AT_WORK), col(Case.next_moment) <= now
    )
    return (await session.exec(statement)).one()


async def last_reconciliations(session: AsyncSession, organisations: Collection[str]) -> list[Row[tuple[object, ...]]]:
    """The last run of each of these: what broke off is made up for by one that began later and came to its end."""
    connection = await session.connection()
    return list((await connection.execute(LAST_RUNS, {"organisations": [*organisations]})).all())


async def mended(
    session: AsyncSession, organisations: Collection[str], *, begun_since: datetime, since: datetime
) -> list[Row[tuple[object, ...]]]:
    """What the runs that ended since then mended together, by organisation; `begun_since`: none began earlier.

    Every copy of the worker reconciles: what one has mended, the next one finds in order.
    """
    given = {"organisations": [*organisations], "since": since, "begun_since": begun_since}
    connection = await session.connection()
    return list((await connection.execute(MENDED, given)).all())
