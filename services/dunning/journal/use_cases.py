"""Writing a step's decision into the journal, and what follows from it."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from chassis.auth import Caller
from chassis.problems import InvalidField, NotFound
from contracts.dunning import CaseState, ClosingReason, Decision, DecisionRecord, Outcome
from services.dunning.cases import domain as cases
from services.dunning.cases.facts import tell
from services.dunning.cases.following import close_case
from services.dunning.cases.holding import lock_or_refuse
from services.dunning.cases.models import Case
from services.dunning.cases.planning import Planner, next_moment_of
from services.dunning.contacts import store as contacts
from services.dunning.contacts.models import Contact
from services.dunning.exclusions import store as exclusions
from services.dunning.figures.measures import DECISIONS
from services.dunning.journal import domain, store
from services.dunning.journal.models import JournalEntry


async def record_decision(
    session: AsyncSession, caller: Caller, invoice_id: UUID, record: DecisionRecord, *, now: datetime
) -> JournalEntry:
    """Journal a decision once for each turn. A closed case stays closed, but the journal tells what was done."""
    if record.turn.invoice_id != invoice_id:
        raise InvalidField("turn.invoice_id", record.turn.invoice_id, f"the case's invoice, {invoice_id}")
    case = await lock_or_refuse(session, caller.organisation, invoice_id)
    before, version, policy = await store.what_decides(session, case, record.turn.turn_id)
    if before:
        return before
    await _keep_contact(session, case, record)
    entries = domain.entries_of(case, record, author=caller.author)
    session.add_all(entries)
    case.done = [*case.done, *(mark for mark in domain.marks_of(record) if mark not in case.done)]
    planned = record.turn.planned
    keeps_its_moment = planned.mark in case.asked and planned.moment > now
    case.asked = [mark for mark in case.asked if mark != planned.mark]
    for entry in entries:
        DECISIONS.labels(entry.outcome, entry.reason).inc()
        outbox.record(session, domain.event_of(entry, invoice_id), at=record.decided_at)
    if case.is_open:
        planner = Planner(session, case.organisation).given(version, policy)
        await _go_on(planner, case, record, keeps_its_moment=keeps_its_moment, now=now)
    await session.flush()
    return entries[-1]


async def decision_of_turn(session: AsyncSession, caller: Caller, invoice_id: UUID, turn_id: UUID) -> Decision:
    entry = await store.of_turn(session, caller.organisation, invoice_id, turn_id)
    if entry is None:
        raise NotFound("decision of turn", turn_id)
    return entry.decision


async def _keep_contact(session: AsyncSession, case: Case, record: DecisionRecord) -> None:
    """A contact that was made counts for the delay between two; one that was not gives its slot back."""
    key = record.turn.key
    if domain.contacts(record):
        contact = Contact(
            organisation=case.organisation,
            key=key,
            customer_id=case.customer_id,
            invoice_id=case.invoice_id,
            at=record.decided_at,
            is_made=True,
        )
        return await contacts.make(session, contact)
    await contacts.release(session, case.organisation, key)


async def _go_on(
    planner: Planner, case: Case, record: DecisionRecord, *, keeps_its_moment: bool, now: datetime
) -> None:
    """The case closes, is exhausted, or waits for what comes next. A step asked for too early keeps its moment."""
    session, decision = planner.session, record.decision
    if case.state is CaseState.SCHEDULED:
        case.state = CaseState.ACTIVE
    if decision.closes and await _closes(session, case, decision, record):
        return await _end(session, case, decision.closes, decision.detail, now=now)
    if decision.outcome is Outcome.DEFERRED and not keeps_its_moment:
        case.next_moment = decision.retry_at or case.next_moment
        return None
    turn = await planner.next_turn(case, now=now)
    if turn is None:
        return await _end(session, case, ClosingReason.EXHAUSTED, "no step is left", now=now)
    case.next_moment = next_moment_of(turn, now=now)
    if decision.closes:  # the workflow took it for the end: it has to begin again
        is_replaced = record.turn.run < case.run  # another run has taken the place of the one that ends
        tell(session, case, cases.change(case, "run") if is_replaced else cases.begin_again(case, now=now), now=now)


async def _end(session: AsyncSession, case: Case, reason: ClosingReason, note: str, *, now: datetime) -> None:
    """A workflow that was in step with its case ends by itself with this decision: nobody has to tell it."""
    was_in_step = case.is_in_step
    await close_case(session, case, reason, note=note, now=now)
    if was_in_step:
        case.steered = case.revision


async def _closes(session: AsyncSession, case: Case, decision: Decision, record: DecisionRecord) -> bool:
    """A decision may come late, after the case heard that it is owed again: then it closes nothing."""
    if decision.closes is ClosingReason.EXCLUDED:
        excluded = await exclusions.in_force(
            session, case.organisation, customer_id=case.customer_id, invoice_id=case.invoice_id
        )
        return excluded is not None
    return not domain.is_overtaken(case, record)
