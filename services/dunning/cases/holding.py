"""Pauses, promises and disputes: what holds a case, and what lifts it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Author, Caller
from chassis.database import Sessions
from chassis.problems import InvalidField, NotFound
from contracts.dunning import HoldKind
from services.dunning.cases import domain, store
from services.dunning.cases.facts import AUTHOR, tell
from services.dunning.cases.models import Case, CaseHold
from services.dunning.cases.planning import Planner
from services.dunning.cases.rounds import Round
from services.dunning.cases.schemas import Dispute, Pause, Promise
from workflows.dunning.calendar import beginning_of, local_day

RAN_OUT = "ran_out"
AT_ONCE = 100


async def pause_case(session: AsyncSession, caller: Caller, invoice_id: UUID, pause: Pause, *, now: datetime) -> Case:
    """Hold a case; a hold of the same kind takes the place of the one before. 409 once it is closed."""
    case = await lock_or_refuse(session, caller.organisation, invoice_id)
    until = pause.until
    if until is not None and not isinstance(until, datetime):
        until = beginning_of(until, await Planner(session, case.organisation).calendar_in_force())
    if until is not None and until <= now:
        raise InvalidField(
            "until", pause.until.isoformat() if pause.until else None, f"a moment after {now:%Y-%m-%d %H:%M} UTC"
        )
    await _hold(session, case, _row(case, caller, pause.kind, until, pause.note, now=now), caller, now=now)
    return case


async def note_promise(
    session: AsyncSession, caller: Caller, invoice_id: UUID, promise: Promise, *, now: datetime
) -> Case:
    """Wait for a payment until the promised day is over. 409 once the case is closed."""
    case = await lock_or_refuse(session, caller.organisation, invoice_id)
    calendar = await Planner(session, case.organisation).calendar_in_force()
    today = local_day(now, calendar)
    if promise.date < today:
        raise InvalidField("date", promise.date.isoformat(), f"{today.isoformat()} or later")
    amount = case.balance if promise.amount is None else promise.amount
    if case.is_open and amount > case.balance:
        raise InvalidField("amount", f"{amount:f}", f"at most the open balance, {case.balance:f} {case.currency}")
    until = beginning_of(promise.date + timedelta(days=1), calendar)
    row = _row(case, caller, HoldKind.PROMISED, until, promise.note, now=now)
    row.promised_on, row.amount, row.balance = promise.date, amount, case.balance
    await _hold(session, case, row, caller, now=now)
    return case


async def note_dispute(
    session: AsyncSession, caller: Caller, invoice_id: UUID, dispute: Dispute, *, now: datetime
) -> Case:
    """Wait until someone resumes the case. 409 once it is closed."""
    case = await lock_or_refuse(session, caller.organisation, invoice_id)
    await _hold(session, case, _row(case, caller, HoldKind.DISPUTED, None, dispute.note, now=now), caller, now=now)
    return case


def _row(case: Case, caller: Caller, kind: HoldKind, until: datetime | None, note: str, *, now: datetime) -> CaseHold:
    return CaseHold(
        organisation=case.organisation,
        case_id=case.id,
        kind=kind,
        until=until,
        note=note,
        placed_at=now,
        placed_by=caller.subject,
        placed_by_name=caller.name,
    )


async def _hold(session: AsyncSession, case: Case, row: CaseHold, caller: Caller, *, now: datetime) -> None:
    fact = domain.pause(case, row)
    for before in await store.holds_in_force(session, case):
        if before.kind is row.kind:
            _lift(before, by=caller.author, now=now)
    session.add(row)
    tell(session, case, fact, author=caller.author, now=now)


async def resume_case(
    session: AsyncSession, caller: Caller, invoice_id: UUID, *, note: str = "", now: datetime
) -> Case:
    """Lift all that holds a case. 409 when nothing does."""
    case = await lock_or_refuse(session, caller.organisation, invoice_id)
    fact = domain.resume(case, "resumed", now=now, note=note)
    await lift_all(session, case, by=caller.author, now=now)
    tell(session, case, fact, author=caller.author, now=now)
    return case


async def lift_all(session: AsyncSession, case: Case, *, by: Author, now: datetime) -> Sequence[CaseHold]:
    """What held it until now."""
    holds = await store.holds_in_force(session, case)
    for hold in holds:
        _lift(hold, by=by, now=now)
    return holds


async def lift_what_ran_out(sessions: Sessions, *, now: datetime) -> int:
    """Resume the cases whose holds have come to their end, each in its own transaction; how many there were.

    Promises of an amount are not among them: they are judged first, in `promises`. What failed is raised at the end.
    """
    this_round = Round()
    async with sessions() as session:
        waiting = await store.invoices_with_a_hold_that_ran_out(session, now=now, limit=AT_ONCE)
    for organisation, invoice_id in waiting:
        with this_round.at(invoice_id):
            async with sessions() as session, session.begin():
                await _lift_what_ran_out(session, organisation, invoice_id, now=now)
    this_round.end()
    return len(waiting)


async def _lift_what_ran_out(session: AsyncSession, organisation: str, invoice_id: UUID, *, now: datetime) -> None:
    case = await lock_or_refuse(session, organisation, invoice_id)
    await lift_over(session, case, until=now, promises=False, now=now)


async def lift_over(session: AsyncSession, case: Case, *, until: datetime, promises: bool, now: datetime) -> None:
    """Lift the holds, or else the promises of an amount, that lasted until then or less; of a promise the journal
    says what became of it. The case is resumed once nothing holds it any more.
    """
    holds = await store.holds_in_force(session, case)
    ended = [hold for hold in holds if hold.until is not None and hold.until <= until]
    over = [hold for hold in ended if (hold.promised_on is not None) is promises]
    for hold in over:
        _lift(hold, by=AUTHOR, now=now)
        if promises and case.is_open:
            tell(session, case, domain.judge_promise(case, hold, balance=case.balance), now=now)
    if case.is_open and over and len(over) == len(holds):
        tell(session, case, domain.resume(case, RAN_OUT, now=now), now=now)


async def lock_or_refuse(session: AsyncSession, organisation: str, invoice_id: UUID) -> Case:
    case = await store.lock_case(session, organisation, invoice_id)
    if case is None:
        raise NotFound("case of invoice", invoice_id)
    return case


def _lift(hold: CaseHold, *, by: Author, now: datetime) -> None:
    hold.lifted_at, hold.lifted_by = now, by.id
