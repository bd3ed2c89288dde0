"""The case follows the receivable: billing's events, in whatever order and however often they come."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.dunning import CaseState, ClosingReason
from contracts.receivable import Receivable
from services.dunning.cases import domain, store
from services.dunning.cases.facts import AUTHOR, tell
from services.dunning.cases.holding import lift_all
from services.dunning.cases.models import Case
from services.dunning.cases.planning import Planner, replan
from services.dunning.exclusions import store as exclusions
from services.dunning.policies.use_cases import ensure_policy
from services.dunning.rules import store as rules
from services.dunning.rules.domain import Choice, choose
from services.dunning.scenarios import store as scenarios


@dataclass(frozen=True)
class Before:
    """What a case was before an event came."""

    is_open: bool = False
    revision: int = 0
    next_moment: datetime | None = None


@dataclass(frozen=True)
class Followed:
    """`planner` knows the scenario and the calendar of a case that was just opened."""

    case: Case
    before: Before
    planner: Planner


async def follow(session: AsyncSession, receivable: Receivable, *, now: datetime, again: bool = False) -> Followed:
    """The case of a receivable, made or brought up to date. A receivable older than the case's is ignored.

    `again` looks at a receivable of the same version once more: what closed the case may be over.
    """
    planner = Planner(session, receivable.organisation)
    case = await _locked(session, receivable)
    if case is None:
        return Followed(await _take_in(session, planner, receivable, now=now), Before(), planner)
    before = Before(case.is_open, case.revision, case.next_moment)
    known = case.receivable_version
    if receivable.version > known or (receivable.version == known and again):
        await _bring_up_to_date(session, planner, case, receivable, now=now)
    return Followed(case, before, planner)


async def _locked(session: AsyncSession, receivable: Receivable) -> Case | None:
    """None when there is no case, and nobody else can make one before this transaction ends."""
    is_new = receivable.version == 1
    if not is_new and (case := await store.lock_case(session, receivable.organisation, receivable.invoice_id)):
        return case
    await store.serialise(session, receivable.invoice_id)
    return await store.lock_case(session, receivable.organisation, receivable.invoice_id)


async def _take_in(session: AsyncSession, planner: Planner, receivable: Receivable, *, now: datetime) -> Case:
    choice = await _choose(session, planner, receivable, now=now)
    case = Case(
        organisation=receivable.organisation,
        invoice_id=receivable.invoice_id,
        customer_id=receivable.customer.customer_id,
        number=receivable.number,
        due_date=receivable.due_date,
        total=receivable.total,
        balance=receivable.balance,
        currency=receivable.currency,
        receivable_status=receivable.status,
        receivable_version=receivable.version,
        scenario=choice.scenario,
        version=await _latest(session, planner, choice.scenario),
        state=CaseState.CLOSED,
        closing_reason=ClosingReason.EXCLUDED,
        closed_at=now,
        created_at=now,
    )
    session.add(case)
    await session.flush()
    if receivable.status in domain.OWED_NO_MORE:
        reason = domain.OWED_NO_MORE[receivable.status]
        tell(session, case, domain.keep_closed(case, reason, now=now), now=now)
        return case
    await open_unless_hindered(session, case, choice.by, now=now, planner=planner)
    return case


async def _bring_up_to_date(
    session: AsyncSession, planner: Planner, case: Case, receivable: Receivable, *, now: datetime
) -> None:
    due_date = case.due_date
    domain.take_over(case, receivable)
    reason = domain.OWED_NO_MORE.get(receivable.status)
    if reason is not None:
        if case.is_open or domain.takes_the_receivables_end(case):
            await close_case(session, case, reason, now=now)
        return
    if not case.is_open:
        if domain.may_open_again(case):
            await _choose_again(session, planner, case, receivable, now=now)
            await open_unless_hindered(session, case, "reopened", now=now, planner=planner)
        return
    if case.due_date != due_date:
        await replan(planner, case, "due_date", author=AUTHOR, now=now)


async def open_unless_hindered(
    session: AsyncSession,
    case: Case,
    reason: str,
    *,
    now: datetime,
    author: str = AUTHOR,
    planner: Planner | None = None,
) -> None:
    """Open a closed case whose receivable is open; the journal says why not when something forbids it."""
    exclusion = await exclusions.in_force(
        session, case.organisation, customer_id=case.customer_id, invoice_id=case.invoice_id
    )
    if exclusion is not None:
        return _stay_excluded(session, case, ClosingReason.EXCLUDED, exclusion.reason, now=now)
    if case.version is None:
        detail = f"scenario {case.scenario!r} has no published version"
        return _stay_excluded(session, case, domain.NO_SCENARIO, detail, now=now)
    turn = await (planner or Planner(session, case.organisation)).next_turn(case, now=now)
    if turn is None:
        fact = domain.keep_closed(case, ClosingReason.EXHAUSTED, now=now, detail="no step is left")
        return tell(session, case, fact, now=now)
    tell(session, case, domain.open_case(case, turn.planned.moment, reason, now=now), author=author, now=now)


def _stay_excluded(session: AsyncSession, case: Case, why: str, detail: str, *, now: datetime) -> None:
    """Said once: looking again and finding the same is no news."""
    if case.closing_reason is ClosingReason.EXCLUDED and case.closing_note == detail:
        return
    fact = domain.keep_closed(case, ClosingReason.EXCLUDED, now=now, why=why, detail=detail)
    tell(session, case, fact, now=now)


async def close_case(
    session: AsyncSession, case: Case, reason: ClosingReason, *, now: datetime, note: str = "", by: str | None = None
) -> None:
    """Close a case; what held it holds no more."""
    await lift_all(session, case, by=by or AUTHOR, now=now)
    tell(session, case, domain.close(case, reason, now=now, note=note, by=by), author=by or AUTHOR, now=now)


async def _choose(session: AsyncSession, planner: Planner, receivable: Receivable, *, now: datetime) -> Choice:
    policy = await ensure_policy(session, receivable.organisation, now=now)
    planner.calendar = policy.calendar
    return choose(receivable, await rules.rules_of(session, receivable.organisation), policy.default_scenario)


async def _choose_again(
    session: AsyncSession, planner: Planner, case: Case, receivable: Receivable, *, now: datetime
) -> None:
    """Only where no scenario could be followed so far: a case keeps what it began with."""
    if case.version is None:
        case.scenario = (await _choose(session, planner, receivable, now=now)).scenario
        case.version = await _latest(session, planner, case.scenario)


async def _latest(session: AsyncSession, planner: Planner, scenario: str) -> int | None:
    published = await scenarios.latest_published(session, planner.organisation, scenario)
    if published is None:
        return None
    planner.versions[scenario, published.version] = published.scenario
    return published.version
