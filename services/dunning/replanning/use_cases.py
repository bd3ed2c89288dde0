"""Planning running cases anew, some at a time: an organisation may have a hundred thousand of them.

The first are planned with the request that asks for it, so that a small organisation sees the whole at once; the worker
goes on with the rest. Until its turn comes a case goes on by its old plan.
"""

from datetime import UTC, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.caller import Author
from chassis.database import Sessions
from services.dunning.cases.planning import Planner, replan
from services.dunning.cases.rounds import Round
from services.dunning.replanning import store
from services.dunning.replanning.models import Replanning

AT_ONCE = 200
LAST = UUID(int=2**128 - 1)
FAR_AHEAD = datetime(9999, 1, 1, tzinfo=UTC)
"""Later than any case: the clock of whoever opens one may be ahead of ours."""


async def begin(
    session: AsyncSession,
    organisation: str,
    *,
    scenario: str | None = None,
    version: int | None = None,
    author: Author,
    now: datetime,
) -> int:
    """How many cases it concerns: the open ones, or those of the scenario that follow an older version."""
    replanning = Replanning(
        organisation=organisation,
        scenario=scenario,
        version=version,
        author=author.id,
        author_name=author.name,
        before_created_at=FAR_AHEAD,
        before_id=LAST,
    )
    session.add(replanning)
    await session.flush()
    count = await store.count_of(session, replanning)
    await _go_on(session, replanning, now=now)
    return count


async def go_on(sessions: Sessions, *, now: datetime) -> bool:
    """Plan the next cases of each replanning, in a transaction of its own; False when there is none.

    What failed is raised at the end, and keeps no other organisation waiting.
    """
    this_round = Round()
    async with sessions() as session:
        waiting = await store.waiting(session, limit=AT_ONCE)
    for replanning_id in waiting:
        with this_round.at(replanning_id, "replanning"):
            async with sessions() as session, session.begin():
                if replanning := await store.lock(session, replanning_id):
                    await _go_on(session, replanning, now=now)
    this_round.end()
    return bool(waiting)


async def _go_on(session: AsyncSession, replanning: Replanning, *, now: datetime) -> None:
    planner = Planner(session, replanning.organisation)
    what = "calendar" if replanning.version is None else "scenario"
    places = await store.next_places(session, replanning, limit=AT_ONCE)
    for case in await store.lock_cases(session, replanning, [case_id for _, case_id in places]):
        case.version = replanning.version or case.version
        await replan(planner, case, what, author=replanning.by, now=now)
    if len(places) < AT_ONCE:
        await session.delete(replanning)
        return
    replanning.before_created_at, replanning.before_id = places[-1]
