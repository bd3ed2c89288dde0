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
from services.dunning.contacts import store as contacts
from services.dunning.exclusions import store as exclusions
from services.dunning.exclusions.schemas import NewExclusion
from services.dunning.exclusions.use_cases import exclude
from services.dunning.policies.use_cases import ensure_policy
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
    case = await existing_case(session, caller, invoice_id)
    policy = await ensure_policy(session, caller.organisation, now=now)
    exclusion = await exclusions.in_force(
        session, caller.organisation, customer_id=case.customer_id, invoice_id=invoice_id
    )
    return Circumstances(
        scenario=case.scenario,
        version=case.version,
        run=case.run,
        due_date=case.due_date,
        state=case.state,
        closing_reason=case.closing_reason,
        excluded=exclusion.reason if exclusion else None,
        holds=tuple(row.hold for row in await holds_now(session, case, now=now)),
        staleness=policy.staleness,
        minimum_contact_delay=policy.minimum_contact_delay,
        minimum_balance=policy.minimum_balance,
        last_contact_at=await contacts.latest_that_binds(session, caller.organisation, case.customer_id, invoice_id),
        done=tuple(case.done),
    )


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
