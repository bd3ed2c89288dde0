"""What people and the workflow ask of a case."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import NotFound
from contracts.dunning import Circumstances, ClosingReason, PlannedStep, Reason
from services.dunning.cases import domain, store
from services.dunning.cases.following import close_case
from services.dunning.cases.holding import lock_or_refuse
from services.dunning.cases.models import Case, CaseHold
from services.dunning.cases.planning import Planner
from services.dunning.cases.schemas import Closing, ClosingByHand
from services.dunning.circumstances import store as known
from services.dunning.exclusions.schemas import NewExclusion
from services.dunning.exclusions.use_cases import exclude
from workflows.dunning.plan import pending_steps


async def close_by_hand(
    session: AsyncSession, caller: Caller, invoice_id: UUID, closing: Closing, *, now: datetime
) -> Case:
    """409 once it is closed. Closed as excluded, the invoice has an exclusion, which can be lifted."""
    case = await lock_or_refuse(session, caller.organisation, invoice_id)
    if not case.is_open:
        raise domain.CaseIsClosed(case)
    if closing.reason is ClosingByHand.EXCLUDED:
        new = NewExclusion(invoice_id=invoice_id, reason=closing.note or Reason.BY_HAND)
        await exclude(session, caller, new, now=now)
        return case
    reason = ClosingReason(closing.reason.value)
    await close_case(session, case, reason, note=closing.note, by=caller.author, now=now)
    return case


async def circumstances(session: AsyncSession, caller: Caller, invoice_id: UUID, *, now: datetime) -> Circumstances:
    """What dunning knows that bears on contacting the customer now."""
    found = await known.find(session, caller.organisation, invoice_id, now=now)
    if found is None:
        raise NotFound("case of invoice", invoice_id)
    return found


async def existing_case(session: AsyncSession, caller: Caller, invoice_id: UUID) -> Case:
    case = await store.case_of(session, caller.organisation, invoice_id)
    if case is None:
        raise NotFound("case of invoice", invoice_id)
    return case


async def holds_now(session: AsyncSession, case: Case, *, now: datetime) -> list[CaseHold]:
    """Those in force at `now`, even where one that ran out was not lifted yet."""
    rows = await store.holds_in_force(session, case)
    return [row for row in rows if row.until is None or row.until > now]


async def steps_to_come(session: AsyncSession, case: Case) -> tuple[PlannedStep, ...]:
    """Empty once the case is closed."""
    if not case.is_open:
        return ()
    return pending_steps(await Planner(session, case.organisation).contract_of(case))
