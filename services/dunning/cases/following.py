"""The case follows the receivable: billing's events, in whatever order and however often they come."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.caller import Author
from contracts.dunning import CaseState, ClosingReason
from contracts.receivable import Receivable
from services.dunning.cases import domain, store
from services.dunning.cases.domain import Fact
from services.dunning.cases.facts import AUTHOR, count, entry_of, message_of, tell
from services.dunning.cases.holding import lift_all
from services.dunning.cases.models import Case
from services.dunning.cases.planning import Planner, next_moment_of, replan
from services.dunning.enrolling import store as enrolling
from services.dunning.enrolling.store import Grounds
from services.dunning.exclusions import store as exclusions
from services.dunning.policies.use_cases import ensure_policy
from services.dunning.rules.domain import Choice, choose
from services.dunning.scenarios import store as scenarios

NOTHING = Decimal(0)


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


Steer = Callable[[Followed], Awaitable[None]]


async def _later(_: Followed) -> None:
    """The workflow is brought in step by the case's own event."""


async def follow(
    session: AsyncSession, receivable: Receivable, *, now: datetime, again: bool = False, steer: Steer = _later
) -> Case:
    """The case of a receivable, made or brought up to date. A receivable older than the case's changes nothing that the
    case knows; where it tells of an end that was undone since, the case goes on with another run.

    `again` looks at a receivable of the same version once more: what closed the case may be over. `steer` may
    bring the workflow in step before the case is written.
    """
    planner = Planner(session, receivable.organisation)
    found = await _locked(session, receivable, now=now)
    if isinstance(found, Grounds):
        return await _take_in(session, planner, receivable, found, steer, now=now)
    before = Before(found.is_open, found.revision, found.next_moment)
    known = found.receivable_version
    if receivable.version > known or (receivable.version == known and again):
        await _bring_up_to_date(session, planner, found, receivable, now=now)
    elif domain.missed_an_end(found, receivable):
        tell(session, found, domain.begin_again(found, now=now), now=now)
    await steer(Followed(found, before, planner))
    return found


async def _locked(session: AsyncSession, receivable: Receivable, *, now: datetime) -> Case | Grounds:
    """The case, or what decides on a new one, which nobody else can make before this transaction ends."""
    organisation, invoice_id = receivable.organisation, receivable.invoice_id
    if receivable.version > 1 and (case := await store.lock_case(session, organisation, invoice_id)):
        return case
    await store.serialise(session, invoice_id)
    grounds = await _grounds(session, receivable, now=now)
    if grounds.is_known and (case := await store.lock_case(session, organisation, invoice_id)):
        return case
    return grounds


async def _grounds(session: AsyncSession, receivable: Receivable, *, now: datetime) -> Grounds:
    if grounds := await enrolling.grounds_of(session, receivable):
        return grounds
    await ensure_policy(session, receivable.organisation, now=now)
    if grounds := await enrolling.grounds_of(session, receivable):
        return grounds
    raise LookupError(f"the policy of {receivable.organisation} is gone")


async def _take_in(
    session: AsyncSession, planner: Planner, receivable: Receivable, grounds: Grounds, steer: Steer, *, now: datetime
) -> Case:
    choice, version = await _choose(session, planner, receivable, grounds)
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
        version=version,
        state=CaseState.CLOSED,
        created_at=now,
    )
    if reason := domain.OWED_NO_MORE.get(receivable.status):
        fact = domain.keep_closed(case, reason, now=now)
    else:
        fact = await _opened_unless(_hindrance(case, grounds.exclusion), planner, case, choice.by, now=now)
    count(case, fact, at=now)
    await steer(Followed(case, Before(), planner))
    await enrolling.write(session, case, entry_of(case, fact, now=now), message_of(case, fact, now=now))
    return case


async def _bring_up_to_date(
    session: AsyncSession, planner: Planner, case: Case, receivable: Receivable, *, now: datetime
) -> None:
    due_date = case.due_date
    domain.take_over(case, receivable)
    reason = domain.OWED_NO_MORE.get(receivable.status)
    if reason is not None:
        if case.is_open or domain.takes_the_receivables_end(case):
            with session.no_autoflush:  # the row is written once, when it is closed
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
    author: Author = AUTHOR,
    planner: Planner | None = None,
) -> None:
    """Open a closed case whose receivable is open; the journal says why not when something forbids it."""
    exclusion = await exclusions.in_force(
        session, case.organisation, customer_id=case.customer_id, invoice_id=case.invoice_id
    )
    hindrance = _hindrance(case, exclusion.reason if exclusion else None)
    if hindrance and case.closing_reason is ClosingReason.EXCLUDED and case.closing_note == hindrance.detail:
        return  # said once: looking again and finding the same is no news
    fact = await _opened_unless(hindrance, planner or Planner(session, case.organisation), case, reason, now=now)
    tell(session, case, fact, author=author if case.is_open else AUTHOR, now=now)


@dataclass(frozen=True)
class Hindrance:
    """What forbids to open a case: the journal's reason, and its words."""

    why: str
    detail: str


def _hindrance(case: Case, exclusion: str | None) -> Hindrance | None:
    if exclusion is not None:
        return Hindrance(ClosingReason.EXCLUDED, exclusion)
    if case.version is None:
        return Hindrance(domain.NO_SCENARIO, f"scenario {case.scenario!r} has no published version")
    return None


async def _opened_unless(
    hindrance: Hindrance | None, planner: Planner, case: Case, reason: str, *, now: datetime
) -> Fact:
    if hindrance is not None:
        excluded = ClosingReason.EXCLUDED
        return domain.keep_closed(case, excluded, now=now, why=hindrance.why, detail=hindrance.detail)
    case.asked = []  # a row of an earlier release may still hold what was asked of its run before
    turn = await planner.next_turn(case, now=now)
    if turn is None:
        return domain.keep_closed(case, ClosingReason.EXHAUSTED, now=now, detail="no step is left")
    return domain.open_case(case, next_moment_of(turn, now=now), reason, now=now)


async def close_case(
    session: AsyncSession, case: Case, reason: ClosingReason, *, now: datetime, note: str = "", by: Author | None = None
) -> None:
    """Close a case; what held it holds no more. Paid in full, whatever was promised of it is judged as paid."""
    holds = () if case.is_running else await lift_all(session, case, by=by or AUTHOR, now=now)
    for hold in holds:
        if reason is ClosingReason.SETTLED and hold.promised_on is not None:
            tell(session, case, domain.judge_promise(case, hold, balance=NOTHING), now=now)
    fact = domain.close(case, reason, now=now, note=note, by=by.id if by else None)
    tell(session, case, fact, author=by or AUTHOR, now=now)


async def _choose(
    session: AsyncSession, planner: Planner, receivable: Receivable, grounds: Grounds
) -> tuple[Choice, int | None]:
    """A scenario and its latest version, None when it has none; both and the calendar are known to the planner."""
    planner.calendar = grounds.calendar
    choice = choose(receivable, grounds.rules, grounds.default_scenario)
    published = grounds.published.get(choice.scenario)
    if published is None and (row := await scenarios.latest_published(session, planner.organisation, choice.scenario)):
        published = row.scenario
    if published is None:
        return choice, None
    planner.versions[choice.scenario, published.version] = published
    return choice, published.version


async def _choose_again(
    session: AsyncSession, planner: Planner, case: Case, receivable: Receivable, *, now: datetime
) -> None:
    """Only where no scenario could be followed so far: a case keeps what it began with."""
    if case.version is None:
        grounds = await _grounds(session, receivable, now=now)
        choice, case.version = await _choose(session, planner, receivable, grounds)
        case.scenario = choice.scenario
