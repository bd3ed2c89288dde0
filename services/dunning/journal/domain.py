"""What a decision on a step means for its case."""

from uuid import UUID

from chassis.caller import Author
from contracts.dunning import Decision, DecisionRecord, Outcome, PlannedStep
from contracts.events import StepCarriedOut, StepDeferred, StepSkipped
from contracts.events.dunning import StepEvent
from contracts.scenario import StepKind
from services.dunning.cases.domain import OWED_NO_MORE
from services.dunning.cases.models import Case
from services.dunning.journal.models import JournalEntry
from workflows.dunning.decision import superseded_decision
from workflows.dunning.plan import REACHED, settled_by


def entries_of(case: Case, record: DecisionRecord, *, author: Author) -> list[JournalEntry]:
    """The acting entry last; before it, once the step has acted, one for each that it supersedes."""
    turn = record.turn
    superseded = [
        each for each in settled_by(turn, record.decision) if each != turn.planned and each.mark not in case.done
    ]
    pairs = [(planned, superseded_decision(turn.planned.step.key)) for planned in superseded]
    return [_entry(case, record, *pair, author=author) for pair in [*pairs, (turn.planned, record.decision)]]


def _entry(
    case: Case, record: DecisionRecord, planned: PlannedStep, decision: Decision, *, author: Author
) -> JournalEntry:
    return JournalEntry(
        organisation=case.organisation,
        case_id=case.id,
        invoice_id=case.invoice_id,
        customer_id=case.customer_id,
        number=case.number,
        scenario=record.turn.scenario,
        version=record.turn.version,
        turn_id=record.turn.turn_id,
        step=planned.step.key,
        occurrence=planned.occurrence,
        planned_for=planned.moment,
        author=author.id,
        author_name=author.name,
        decided_at=record.decided_at,
        **dict(decision) | {"answers": list(decision.answers)},
    )


def marks_of(record: DecisionRecord) -> list[str]:
    """What needs no more work after the decision, by the rule of the workflow that decided: both know the same."""
    return [planned.mark for planned in settled_by(record.turn, record.decision)]


def is_overtaken(case: Case, record: DecisionRecord) -> bool:
    """Whether the case knows later news than a decision that ends it.

    Such a decision saw a receivable that was owed no more. The news is a later version of it, or that the case was
    opened again since: what an earlier run decided tells nothing of this one. A lower version is no earlier one where
    the case has heard nothing since this run began: a billing that was restored from a backup counts again from there.
    """
    seen = record.decision.receivable_version
    if record.decision.closes not in OWED_NO_MORE.values():
        return False
    if record.turn.run < case.run:
        return True
    has_heard_nothing = case.opened_version == case.receivable_version
    return seen is not None and seen < case.receivable_version and not has_heard_nothing


def contacts(record: DecisionRecord) -> bool:
    return record.decision.outcome in REACHED and record.turn.planned.step.kind is not StepKind.EVENT


def event_of(entry: JournalEntry, invoice_id: UUID) -> StepEvent:
    """The fact of an entry. What neither acted nor waits is a skip, with the reason why."""
    kinds: dict[str, type[StepEvent]] = {Outcome.CARRIED_OUT: StepCarriedOut, Outcome.DEFERRED: StepDeferred}
    reason = str(Outcome.UNCERTAIN) if entry.outcome == Outcome.UNCERTAIN else str(entry.reason)
    return kinds.get(entry.outcome, StepSkipped)(
        organisation=entry.organisation,
        invoice_id=invoice_id,
        scenario=entry.scenario,
        version=entry.version or 0,
        step=entry.step or "",
        occurrence=entry.occurrence or 1,
        reason=reason,
        evidence=entry.evidence,
    )
