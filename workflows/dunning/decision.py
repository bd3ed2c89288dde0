"""The decision to contact: what `carry_out` asks, in which order, and what follows. Pure."""

from datetime import datetime, timedelta

from contracts.dunning import Answer, CaseState, Circumstances, ClosingReason, Decision, Outcome, Reason, StepTurn
from contracts.receivable import ReceivableStatus, ReceivableView
from contracts.scenario import StepKind
from workflows.dunning.calendar import local_day, next_contact
from workflows.dunning.plan import days_after_due

OUT_OF_STEP_RETRY = timedelta(seconds=30)
"""Real time for which a workflow waits to be told how its case has changed; being told ends the wait."""
STALE_RETRY = timedelta(seconds=30)
"""Real time between two looks at a balance that is not fresh."""
ON_TIME = timedelta(seconds=30)
"""Real time: a step that runs this soon after its moment counts as made at its moment."""

CLOSED = {
    ReceivableStatus.SETTLED: (Reason.SETTLED, ClosingReason.SETTLED),
    ReceivableStatus.CREDITED: (Reason.CREDITED, ClosingReason.CREDITED),
    ReceivableStatus.CANCELLED: (Reason.CANCELLED, ClosingReason.CANCELLED),
    ReceivableStatus.WRITTEN_OFF: (Reason.WRITTEN_OFF, ClosingReason.WRITTEN_OFF),
}


class Facts:
    """What is known at one attempt: `now` is business time, `read_at` real time before the balance was read."""

    def __init__(
        self,
        turn: StepTurn,
        circumstances: Circumstances,
        receivable: ReceivableView,
        *,
        now: datetime,
        read_at: datetime,
    ) -> None:
        self.turn = turn
        self.step = turn.planned.step
        self.circumstances = circumstances
        self.receivable = receivable
        self.read_at = read_at
        is_on_time = read_at - turn.clock.real(turn.planned.moment) <= ON_TIME
        self.contact_at = min(now, turn.planned.moment) if is_on_time else now
        self.now = now


class Stop(Exception):
    """The answer to a question forbids the step, at least for now."""

    def __init__(self, outcome: Outcome, reason: Reason, detail: str, **rest: object) -> None:
        super().__init__(detail)
        self.outcome, self.reason, self.detail, self.rest = outcome, reason, detail, rest


def decide(facts: Facts) -> Decision:
    """Ask in order and stop at the first answer that forbids; `carried_out` means that the step may act now."""
    answers: list[Answer] = []
    verdict = Stop(Outcome.CARRIED_OUT, Reason.DUE, f"{facts.step.key}, day {facts.step.days:+d}")
    for question, ask in QUESTIONS:
        try:
            detail = ask(facts)
        except Stop as stop:
            answers.append(Answer(question=question, passed=False, detail=stop.detail))
            verdict = stop
            break
        answers.append(Answer(question=question, passed=True, detail=detail))
    receivable = facts.receivable
    return Decision.model_validate(
        {
            "outcome": verdict.outcome,
            "reason": verdict.reason,
            "detail": verdict.detail,
            "answers": answers,
            "balance": receivable.balance,
            "currency": receivable.currency,
            "as_of": receivable.as_of,
            "receivable_version": receivable.version,
            **verdict.rest,
        }
    )


def _is_in_step(facts: Facts) -> str:
    """A workflow may follow a case that changed a moment ago, or one whose first transaction failed.

    So may the case follow a due date that billing has put off: nobody is reminded while that is on its way. An
    earlier one can wait, and is not waited for: a billing that was restored knows no better.
    """
    turn, case, due = facts.turn, facts.circumstances, facts.receivable.due_date
    if turn.due_date is not None and turn.due_date < due:
        detail = f"the workflow counts from {turn.due_date}; the invoice is due on {due}"
        raise Stop(Outcome.DEFERRED, Reason.OUT_OF_STEP, detail, retry_after=OUT_OF_STEP_RETRY)
    if case.scenario is None:  # while an upgrade goes on, the copy that answers may be of the release before
        return ""
    followed = (turn.scenario, turn.version, turn.run, turn.due_date or case.due_date)
    if followed != (case.scenario, case.version, case.run, case.due_date):
        detail = (
            f"the workflow follows {turn.scenario} version {turn.version}, run {turn.run}, due on {turn.due_date}; "
            f"the case {case.scenario} version {case.version}, run {case.run}, due on {case.due_date}"
        )
        raise Stop(Outcome.DEFERRED, Reason.OUT_OF_STEP, detail, retry_after=OUT_OF_STEP_RETRY)
    return ""


def _is_open(facts: Facts) -> str:
    status = facts.receivable.status
    if status in CLOSED:
        reason, closes = CLOSED[status]
        raise Stop(Outcome.SKIPPED, reason, f"the invoice is {status}", closes=closes)
    if facts.circumstances.state is CaseState.CLOSED:
        closes = facts.circumstances.closing_reason or ClosingReason.EXCLUDED
        raise Stop(Outcome.SKIPPED, Reason.EXCLUDED, f"the case was closed: {closes}", closes=closes)
    return f"{facts.receivable.balance:f} {facts.receivable.currency} are owed"


def _is_not_excluded(facts: Facts) -> str:
    why = facts.circumstances.excluded
    if why is not None:
        raise Stop(Outcome.SKIPPED, Reason.EXCLUDED, why, closes=ClosingReason.EXCLUDED)
    return ""


def _is_not_held(facts: Facts) -> str:
    for hold in facts.circumstances.holds:
        if hold.until is None or hold.until > facts.now:
            detail = f"{hold.kind}: {hold.note}" if hold.note else str(hold.kind)
            raise Stop(Outcome.DEFERRED, Reason(str(hold.kind)), detail, retry_at=hold.until)
    return ""


def _is_still_to_do(facts: Facts) -> str:
    if facts.turn.planned.mark in facts.circumstances.done:
        raise Stop(Outcome.SKIPPED, Reason.ALREADY_DONE, f"{facts.turn.planned.mark} needs no more work")
    return ""


def _is_fresh(facts: Facts) -> str:
    age = facts.read_at - facts.receivable.as_of
    if age > facts.circumstances.staleness:
        detail = f"the balance is known up to {facts.receivable.as_of:%Y-%m-%d %H:%M:%S} UTC, {_span(age)} ago"
        raise Stop(Outcome.DEFERRED, Reason.STALE_BALANCE, detail, retry_after=STALE_RETRY)
    return f"known up to {facts.receivable.as_of:%Y-%m-%d %H:%M:%S} UTC"


def _has_sense(facts: Facts) -> str:
    due, planned = facts.receivable.due_date, facts.turn.planned
    is_before = days_after_due(planned.step, planned.occurrence) < 0
    if is_before and local_day(facts.contact_at, facts.turn.calendar) > due:
        raise Stop(Outcome.SKIPPED, Reason.TOO_LATE, f"it announces the due date {due.isoformat()}, which has passed")
    return ""


def _is_an_hour_for_it(facts: Facts) -> str:
    if facts.step.kind is StepKind.EVENT:
        return "nobody is contacted"
    at = next_contact(facts.contact_at, facts.turn.calendar)
    if at > facts.contact_at:
        raise Stop(
            Outcome.DEFERRED, Reason.OUTSIDE_HOURS, f"the next contact hour is {at:%Y-%m-%d %H:%M} UTC", retry_at=at
        )
    return ""


def _is_not_too_soon(facts: Facts) -> str:
    last, delay = facts.circumstances.last_contact_at, facts.circumstances.minimum_contact_delay
    if facts.step.kind is StepKind.EVENT or last is None or not delay:
        return ""
    if facts.now < last + delay:
        detail = f"this customer was contacted on {last:%Y-%m-%d %H:%M} UTC"
        raise Stop(Outcome.DEFERRED, Reason.RECENT_CONTACT, detail, retry_at=last + delay)
    return ""


def _is_above_the_threshold(facts: Facts) -> str:
    minimum = facts.circumstances.minimum_balance
    if facts.receivable.balance < minimum:
        raise Stop(Outcome.SKIPPED, Reason.BELOW_THRESHOLD, f"below {minimum:f}, the organisation's threshold")
    return ""


def _meets_its_conditions(facts: Facts) -> str:
    conditions, receivable = facts.step.conditions, facts.receivable
    if conditions.minimum_balance is not None and receivable.balance < conditions.minimum_balance:
        raise Stop(Outcome.SKIPPED, Reason.CONDITION, f"below {conditions.minimum_balance:f}, the step's minimum")
    kinds = conditions.customer_kinds
    if kinds is not None and receivable.customer.kind not in kinds:
        raise Stop(Outcome.SKIPPED, Reason.CONDITION, f"the customer is {receivable.customer.kind}")
    return ""


def _can_be_reached(facts: Facts) -> str:
    if facts.step.kind is StepKind.EMAIL and not facts.receivable.contact.email:
        raise Stop(Outcome.FAILED, Reason.NO_RECIPIENT, "the customer has no e-mail address")
    return ""


QUESTIONS = (
    ("does the workflow follow the case as it is?", _is_in_step),
    ("is it still open?", _is_open),
    ("is it dunned at all?", _is_not_excluded),
    ("is the step still to be done?", _is_still_to_do),
    ("is it paused, promised or in dispute?", _is_not_held),
    ("is the balance fresh?", _is_fresh),
    ("does the step still make sense?", _has_sense),
    ("is it an hour to contact?", _is_an_hour_for_it),
    ("was the customer contacted too recently?", _is_not_too_soon),
    ("is it above the threshold?", _is_above_the_threshold),
    ("are the step's conditions met?", _meets_its_conditions),
    ("can the customer be reached?", _can_be_reached),
)


def overdue_days(facts: Facts) -> int:
    """Calendar days since the due date, in the organisation's time zone; negative before it."""
    return (local_day(facts.now, facts.turn.calendar) - facts.receivable.due_date).days


def superseded_decision(by: str) -> Decision:
    detail = f"several steps had come due: {by} acts"
    return Decision(outcome=Outcome.SUPERSEDED, reason=Reason.LATER_STEP_DUE, detail=detail)


def _span(span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes < 1_000_000 else "never"
