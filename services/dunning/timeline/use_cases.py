"""Reading the past and the future of a case."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.dunning import DunningCase
from services.dunning.cases.models import Case, CaseHold
from services.dunning.cases.planning import Planner
from services.dunning.cases.use_cases import holds_now
from services.dunning.timeline.domain import forecast
from services.dunning.timeline.schemas import ExpectedStep
from services.dunning.timeline.views import expected_step


async def future_of(session: AsyncSession, case: Case, *, now: datetime) -> list[ExpectedStep]:
    """Empty once the case is closed."""
    if not case.is_open:
        return []
    contract = await Planner(session, case.organisation).contract_of(case)
    return future(contract, await holds_now(session, case, now=now), now=now)


def future(contract: DunningCase, holds: Sequence[CaseHold], *, now: datetime) -> list[ExpectedStep]:
    found = forecast(contract, now=now, wakes_at=_end(holds, now))
    return [expected_step(each, contract.calendar) for each in found]


def _end(holds: Sequence[CaseHold], now: datetime) -> datetime | None:
    """When the last hold ends; None when one has no end."""
    ends = [hold.until for hold in holds]
    if None in ends:
        return None
    return max((end for end in ends if end is not None), default=now)
