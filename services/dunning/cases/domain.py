"""How a case opens, is held, closes and opens again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from chassis.problems import DomainError
from contracts.dunning import CaseFact, CaseState, ClosingReason, Outcome, PlannedStep, Reason
from contracts.events import CaseChanged, CaseClosed, CaseOpened, CasePaused, CaseResumed
from contracts.events.dunning import CaseEvent
from contracts.receivable import Receivable, ReceivableStatus
from services.dunning.cases.models import Case, CaseHold

OWED_NO_MORE = {
    ReceivableStatus.SETTLED: ClosingReason.SETTLED,
    ReceivableStatus.CREDITED: ClosingReason.CREDITED,
    ReceivableStatus.CANCELLED: ClosingReason.CANCELLED,
    ReceivableStatus.WRITTEN_OFF: ClosingReason.WRITTEN_OFF,
}
EXHAUSTED = ClosingReason.EXHAUSTED
NO_SCENARIO = "no_scenario"
"""The journal's reason when the scenario that was chosen has no published version."""


class CaseIsClosed(DomainError):
    def __init__(self, case: Case) -> None:
        super().__init__(f"The case of invoice {case.number} is closed ({case.closing_reason}).")


class CaseNotHeld(DomainError):
    def __init__(self, case: Case) -> None:
        super().__init__(f"The case of invoice {case.number} is not paused; its state is {case.state}.")


@dataclass(frozen=True)
class Fact:
    """What the journal keeps of a change, and what is published of it. `step`: the one that it concerns.

    `detail` is for logs, in English; `evidence` the same in pieces, which pages say in their reader's language, and
    under `note` what a person wrote.
    """

    what: CaseFact | Outcome
    reason: str
    detail: str = ""
    event: type[CaseEvent] | None = None
    step: PlannedStep | None = None
    evidence: Mapping[str, str] = field(default_factory=dict)


def take_over(case: Case, receivable: Receivable) -> None:
    """The row follows the receivable; what became of the dunning is decided after it."""
    case.customer_id = receivable.customer.customer_id
    case.number = receivable.number
    case.due_date = receivable.due_date
    case.total, case.balance, case.currency = receivable.total, receivable.balance, receivable.currency
    case.receivable_status, case.receivable_version = receivable.status, receivable.version


def open_case(case: Case, first_moment: datetime, reason: str, *, now: datetime) -> Fact:
    """Open a new case, or one that was closed: then it is another run, and what was done stays done."""
    is_first = case.opened_at is None
    if not is_first:
        case.run += 1
    case.opened_at, case.opened_version = now, case.receivable_version
    case.next_moment = first_moment
    case.state = state_of_running(case, now=now)
    case.closing_reason = case.closed_by = case.closed_at = None
    case.closing_note = ""
    what = CaseFact.OPENED if is_first else CaseFact.REOPENED
    detail = f"scenario {case.scenario}, version {case.version}, run {case.run}"
    return Fact(what, reason, detail, CaseOpened, evidence=_scenario_of(case) | {"run": str(case.run)})


def begin_again(case: Case, *, now: datetime) -> Fact:
    """Another run of an open case, since the workflow of this one took it for closed, or may have. What was done stays
    done, and what holds the case holds it on.
    """
    case.run += 1
    case.opened_at, case.opened_version = now, case.receivable_version
    return change(case, "run")


def missed_an_end(case: Case, receivable: Receivable) -> bool:
    """Whether an open case hears only now of an end that the version it knows has undone.

    Its workflow may have heard before: from an attempt that died after its call and before its commit.
    """
    if not case.is_open or case.opened_version is None or receivable.status not in OWED_NO_MORE:
        return False
    return case.opened_version < receivable.version < case.receivable_version


def state_of_running(case: Case, *, now: datetime) -> CaseState:
    has_begun = bool(case.done) or (case.next_moment is not None and case.next_moment <= now)
    return CaseState.ACTIVE if has_begun else CaseState.SCHEDULED


def keep_closed(case: Case, reason: ClosingReason, *, now: datetime, why: str = "", detail: str = "") -> Fact:
    """A case that is not to be opened, with the journal's reason why."""
    case.state, case.next_moment = CaseState.CLOSED, None
    case.closing_reason, case.closing_note, case.closed_at = reason, detail, now
    is_written = why == ClosingReason.EXCLUDED
    return Fact(CaseFact.NOT_OPENED, why or reason, detail, evidence=_note(detail) if is_written else {})


def close(case: Case, reason: ClosingReason, *, now: datetime, note: str = "", by: str | None = None) -> Fact:
    """Close a case. One that ended otherwise before (exhausted, excluded) takes the new reason.

    What a person wanted at once was wanted of this run: another one does not begin with it.
    """
    case.state, case.next_moment, case.asked = CaseState.CLOSED, None, []
    case.closing_reason, case.closing_note, case.closed_by, case.closed_at = reason, note, by, now
    evidence = _note(note) if reason is not ClosingReason.EXHAUSTED else {}
    return Fact(CaseFact.CLOSED, reason, note, CaseClosed if case.opened_at else None, evidence=evidence)


def exhaust(case: Case, *, now: datetime) -> Fact:
    return close(case, ClosingReason.EXHAUSTED, now=now, note="no step is left")


def change(case: Case, what: str) -> Fact:
    details = {
        "due_date": f"due on {case.due_date.isoformat()}",
        "scenario": f"scenario {case.scenario}, version {case.version}",
        "run": f"run {case.run}",
    }
    evidence = {
        "due_date": {"due_date": case.due_date.isoformat()},
        "scenario": _scenario_of(case),
        "run": {"run": str(case.run)},
    }
    return Fact(CaseFact.CHANGED, what, details.get(what, ""), CaseChanged, evidence=evidence.get(what, {}))


def skip(case: Case, step: PlannedStep, note: str) -> Fact:
    """The step needs no more work, whatever the run or the version."""
    case.done = [*case.done, step.mark]
    case.asked = [mark for mark in case.asked if mark != step.mark]
    return Fact(Outcome.SKIPPED, Reason.BY_HAND, note, CaseChanged, step, _note(note))


def ask(case: Case, step: PlannedStep, note: str, *, now: datetime) -> Fact:
    """The workflow is to try the step now; what it decides is journalled as any decision."""
    case.asked = [*(mark for mark in case.asked if mark != step.mark), step.mark]
    case.next_moment = now
    return Fact(CaseFact.ASKED, Reason.BY_HAND, note, CaseChanged, step, _note(note))


def pause(case: Case, hold: CaseHold) -> Fact:
    if not case.is_open:
        raise CaseIsClosed(case)
    case.state = CaseState.PAUSED
    until = f"until {hold.until:%Y-%m-%d %H:%M} UTC" if hold.until else "until it is resumed"
    evidence = {"until": hold.until.isoformat()} if hold.until else {}
    if hold.promised_on is not None:
        until = f"{hold.amount} {case.currency} by {hold.promised_on}"
        evidence = _promise_of(case, hold)
    detail = f"{until}: {hold.note}" if hold.note else until
    return Fact(CaseFact.PAUSED, hold.kind, detail, CasePaused, evidence=evidence | _note(hold.note))


def resume(case: Case, why: str, *, now: datetime, note: str = "") -> Fact:
    if case.state is not CaseState.PAUSED:
        raise CaseNotHeld(case)
    case.state = state_of_running(case, now=now)
    return Fact(CaseFact.RESUMED, why, note, CaseResumed, evidence=_note(note))


def judge_promise(case: Case, hold: CaseHold, *, balance: Decimal) -> Fact:
    """Whether the balance has gone down to `balance` by what was promised: at the end of its day, or paid in full."""
    if hold.amount is None or hold.balance is None:
        raise ValueError(f"hold {hold.id} is no promise of an amount")
    paid = hold.balance - balance
    what = CaseFact.PROMISE_KEPT if paid >= hold.amount else CaseFact.PROMISE_BROKEN
    detail = f"{hold.amount} {case.currency} by {hold.promised_on}, {paid} paid since it was made"
    return Fact(what, what, detail, evidence=_promise_of(case, hold) | {"paid": f"{paid:f}"})


def may_open_again(case: Case) -> bool:
    """Whether what closed the case may be over: an exhausted scenario stays so, and what a person decided too.

    An exclusion is looked up: it may have been lifted. Whatever billing had closed is over once billing says open.
    """
    if case.closing_reason is ClosingReason.EXCLUDED:
        return True
    return case.closing_reason in OWED_NO_MORE.values() and case.closed_by is None


def takes_the_receivables_end(case: Case) -> bool:
    """Whether a receivable that is owed no more says more about a closed case than what had closed it."""
    return case.closing_reason in (ClosingReason.EXHAUSTED, ClosingReason.EXCLUDED)


def _scenario_of(case: Case) -> dict[str, str]:
    return {"scenario": case.scenario, "version": str(case.version)}


def _promise_of(case: Case, hold: CaseHold) -> dict[str, str]:
    return {"promised_on": str(hold.promised_on), "amount": f"{hold.amount:f}", "currency": case.currency}


def _note(text: str) -> dict[str, str]:
    return {"note": text} if text else {}
