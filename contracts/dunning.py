"""The dunning workflow's contract: its name, its id, its input, its signals, and what a step decides."""

from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from contracts.base import Amount, BusinessDate, Contract, Currency, Instant, Key, OrganisationId
from contracts.clock import Clock
from contracts.scenario import Calendar, Scenario, Step

WORKFLOW = "DunInvoice"
TASK_QUEUE = "dunning"
CLOSE_SIGNAL = "close"
CHANGE_SIGNAL = "change"


def workflow_id(invoice_id: UUID) -> str:
    return f"dunning:{invoice_id}"


class ClosingReason(StrEnum):
    SETTLED = "settled"
    CREDITED = "credited"
    CANCELLED = "cancelled"
    WRITTEN_OFF = "written_off"
    EXHAUSTED = "exhausted"
    EXCLUDED = "excluded"


class CaseState(StrEnum):
    SCHEDULED = "scheduled"  # opened, no step came due yet
    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"


class DunningCase(Contract):
    """The workflow's input. `done` holds the `step#occurrence` that need no more work, from earlier runs too;
    `asked` those that a person wants now, whatever their moment."""

    case_id: UUID
    organisation: OrganisationId
    invoice_id: UUID
    customer_id: UUID
    due_date: BusinessDate
    scenario: Scenario
    calendar: Calendar
    clock: Clock = Clock()
    run: int = Field(default=1, ge=1, description="Which run of the case: 2 after a first reopening.")
    done: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


class CaseChange(Contract):
    """The `change` signal: what is not None replaces what the case had; an empty one means look again.

    What is `done` is added: the workflow may have done more meanwhile.
    """

    due_date: BusinessDate | None = None
    scenario: Scenario | None = None
    calendar: Calendar | None = None
    done: tuple[str, ...] | None = None
    asked: tuple[str, ...] | None = None

    def applied_to(self, case: DunningCase) -> DunningCase:
        changed = {name: value for name, value in self if value is not None}
        if self.done is not None:
            changed["done"] = (*case.done, *(mark for mark in self.done if mark not in case.done))
        return case.model_copy(update=changed)


class PlannedStep(Contract):
    """A step at its moment (business time). `occurrence` is 1, or counts a repeating step."""

    step: Step
    occurrence: int = Field(ge=1)
    moment: Instant

    @property
    def mark(self) -> str:
        return f"{self.step.key}#{self.occurrence}"


def action_key(invoice_id: UUID, scenario: str, step: str, occurrence: int) -> str:
    """The business key under which a step acts once, whatever the version, the restart or the reopening."""
    return f"{invoice_id}:{scenario}:{step}:{occurrence}"


class StepTurn(Contract):
    """What `carry_out` receives: the step whose moment came and those it supersedes."""

    organisation: OrganisationId
    invoice_id: UUID
    scenario: Key
    version: int
    run: int = Field(default=1, ge=1, description="Of the case.")
    due_date: BusinessDate | None = Field(default=None, description="That the plan counts from.")
    planned: PlannedStep
    superseded: tuple[PlannedStep, ...] = ()
    superseded_if_reached: bool = Field(
        default=False,
        description="Whether `superseded` need no more work only once this step reached the customer, or may have; "
        "a workflow that began by the rule before does without them whatever comes of it.",
    )
    next_moment: Instant | None = Field(description="Of the step after this one; None after the last.")
    calendar: Calendar
    clock: Clock
    turn_id: UUID = Field(description="Of this attempt: its retries share it, a later attempt has another.")

    @property
    def key(self) -> str:
        return action_key(self.invoice_id, self.scenario, self.planned.step.key, self.planned.occurrence)


class Outcome(StrEnum):
    CARRIED_OUT = "carried_out"
    UNCERTAIN = "uncertain"  # it may have left: a person looks, it is not sent again
    FAILED = "failed"  # it was refused for good
    SKIPPED = "skipped"
    SUPERSEDED = "superseded"
    DEFERRED = "deferred"


class CaseFact(StrEnum):
    """What happened to a case as a whole; steps have their `Outcome`."""

    OPENED = "opened"
    NOT_OPENED = "not_opened"
    REOPENED = "reopened"
    CHANGED = "changed"
    PAUSED = "paused"
    RESUMED = "resumed"
    CLOSED = "closed"
    ASKED = "asked"  # a person wants a step now; what came of it is an entry of its own
    PROMISE_KEPT = "promise_kept"
    PROMISE_BROKEN = "promise_broken"
    BOUNCED = "bounced"  # the e-mail of a step came back


class Reason(StrEnum):
    """Why a step acted or did not; the journal shows it to people."""

    DUE = "due"
    SETTLED = "settled"
    CREDITED = "credited"
    CANCELLED = "cancelled"
    WRITTEN_OFF = "written_off"
    EXCLUDED = "excluded"
    PAUSED = "paused"
    PROMISED = "promised"
    DISPUTED = "disputed"
    STALE_BALANCE = "stale_balance"
    OUTSIDE_HOURS = "outside_hours"
    RECENT_CONTACT = "recent_contact"
    BELOW_THRESHOLD = "below_threshold"
    CONDITION = "condition"
    ALREADY_DONE = "already_done"
    BY_HAND = "by_hand"  # a person left the step out
    TOO_LATE = "too_late"  # a reminder before the due date has no sense after it
    LATER_STEP_DUE = "later_step_due"
    NO_RECIPIENT = "no_recipient"
    REFUSED = "refused"
    RELAY_SILENT = "relay_silent"
    BOUNCED = "bounced"  # nothing is sent to an address from which an e-mail came back
    OUT_OF_STEP = "out_of_step"  # the workflow follows the case as it was; never journalled, it is told anew


class Answer(Contract):
    """One question that `carry_out` asked, in order, and what it found."""

    question: str
    passed: bool
    detail: str = ""


class Decision(Contract):
    """What became of a step at one attempt. `retry_at` (business time): only when deferred; None waits for a change."""

    outcome: Outcome
    reason: Reason
    detail: str = ""
    answers: tuple[Answer, ...] = ()
    balance: Amount | None = None
    currency: Currency | None = None
    as_of: Instant | None = None
    receivable_version: int | None = Field(default=None, description="Of the receivable that was seen, as `as_of`.")
    evidence: dict[str, str] = {}
    retry_at: Instant | None = None
    retry_after: timedelta | None = Field(default=None, description="Real time, for technical waits.")
    closes: ClosingReason | None = None


class DecisionRecord(Contract):
    """`POST /cases/{invoice_id}/decisions` of dunning: idempotent on `turn.turn_id`."""

    turn: StepTurn
    decision: Decision
    decided_at: Instant


class HoldKind(StrEnum):
    PAUSED = "paused"
    PROMISED = "promised"
    DISPUTED = "disputed"


class Hold(Contract):
    """A reason not to contact, until a business instant or, when None, until someone lifts it."""

    kind: HoldKind
    until: Instant | None = None
    note: str = ""


class Circumstances(Contract):
    """`GET /cases/{invoice_id}/circumstances` of dunning: what it knows that bears on contacting now."""

    scenario: Key | None = Field(default=None, description="None from a release that did not tell it yet.")
    version: int | None = Field(default=None, description="Of the scenario; None while it has none that is published.")
    run: int | None = None
    due_date: BusinessDate | None = None
    state: CaseState
    closing_reason: ClosingReason | None = None
    excluded: str | None = Field(default=None, description="Why the invoice or its customer is not dunned.")
    holds: tuple[Hold, ...] = ()
    staleness: timedelta = timedelta(minutes=5)
    minimum_contact_delay: timedelta = timedelta(0)
    minimum_balance: Amount
    last_contact_at: Instant | None = None
    done: tuple[str, ...] = Field(default=(), description="The steps that need no more work, as `step#occurrence`.")


class ContactClaim(Contract):
    """`POST /cases/{invoice_id}/contacts` of dunning: takes the customer's contact slot for a step."""

    key: str
    at: Instant


class ContactGrant(Contract):
    granted: bool
    not_before: Instant | None = None
