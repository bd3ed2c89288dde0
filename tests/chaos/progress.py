"""I3 and I6: nobody is forgotten, and nothing stands still, judged from the cases and from Temporal."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from contracts import events as e
from contracts.clock import Clock
from contracts.dunning import CaseFact, CaseState, ClosingReason
from contracts.receivable import ReceivableStatus
from services.dunning.cases.schemas import CaseSummary
from tests.chaos.concerned import Concerned, first
from tests.chaos.evidence import Evidence, field_of
from tests.chaos.payments import expected_balances
from tests.chaos.published import Fate, Ledger
from tests.chaos.punctuality import judge_punctuality
from tests.chaos.steps import judge_steps
from tests.chaos.verdict import Setting, Verdict

NO_CASE = (CaseFact.CLOSED, CaseFact.NOT_OPENED)
STUCK_AFTER = timedelta(seconds=60)


def every_overdue_invoice_is_followed(evidence: Evidence, setting: Setting) -> Verdict:
    """Which invoices are overdue is told by their events and the payments', not by the services."""
    verdict = Verdict("no overdue invoice is forgotten")
    overdue = verdict.count("overdue invoices without a case or a reason")
    cases = {str(case.invoice_id): case for case in evidence.cases}
    running = {run.invoice_id for run in evidence.runs if run.status == "RUNNING"}
    found = overdue_invoices(evidence, setting)
    for invoice in found:
        case = cases.get(invoice)
        if case is None or case.state is CaseState.CLOSED:
            said = _last_word(evidence, invoice)
            what = (
                f"overdue, and {'has no case' if case is None else 'its case is closed'}: {said or 'nobody says why'}"
            )
            overdue.check(said == ClosingReason.EXHAUSTED, invoice, what)
        else:
            overdue.check(invoice in running, invoice, "its case is open, but no workflow runs")
    _credited_cases_are_closed(verdict, evidence, setting, cases)
    judge_punctuality(verdict, evidence, setting, set(found))
    judge_steps(verdict, evidence, setting)
    return verdict


def _credited_cases_are_closed(
    verdict: Verdict, evidence: Evidence, setting: Setting, cases: Mapping[str, CaseSummary]
) -> None:
    """Whatever had ended the case before: that nothing is owed says more than that no step is left."""
    count = verdict.count("credited invoices whose case is not closed for that", is_needed=False)
    for invoice in sorted(setting.credited):
        case, said = cases.get(invoice), _last_word(evidence, invoice)
        reason = case.closing_reason if case is not None and case.state is CaseState.CLOSED else None
        what = f"credited, its case is {case.state if case else 'unknown'}, {reason}; the journal says {said!r}"
        count.check(reason is ClosingReason.CREDITED and said == reason, invoice, what)


def _last_word(evidence: Evidence, invoice: str) -> str:
    """Why the journal says, last, that no case is open. Of what is overdue in a run it can only be the scenario's end:
    what was settled and is owed again is followed anew, and nobody excludes or writes off."""
    said = [each for each in evidence.journal if str(each.invoice_id) == invoice and each.outcome in NO_CASE]
    return max(said, key=lambda each: each.id).reason if said else ""


def overdue_invoices(evidence: Evidence, setting: Setting) -> list[str]:
    """Issued, past their due date at the run's last instant, and neither paid nor credited."""
    balances = expected_balances(evidence, Ledger(setting.published), setting)
    today = setting.clock.business(evidence.gathered_at).date().isoformat()
    issued = {field_of(each, "invoice_id"): each for each in evidence.told(e.InvoiceIssued.type)}
    late = {invoice for invoice, each in issued.items() if field_of(each, "due_date") < today}
    return sorted(invoice for invoice in late if balances.get(invoice, 1))


def work_went_on(evidence: Evidence, setting: Setting) -> Verdict:
    verdict = Verdict("work goes on without anyone's help")
    waiting = verdict.count("queues with something left in them")
    for queue, count in evidence.waiting.items():
        waiting.check(count == 0, "", f"{queue}: {count} wait")
    _nothing_is_given_up(verdict, evidence, setting)
    _cases_move(verdict, evidence, setting)
    _workflows_live(verdict, evidence)
    messages = verdict.count("messages still on their way")
    for message in evidence.messages:
        messages.check(message.status != "sending", str(message.invoice_id), f"{message.key} is still being sent")
    return verdict


def _nothing_is_given_up(verdict: Verdict, evidence: Evidence, setting: Setting) -> None:
    """A dead letter waits for a person: only of what nobody can read may there be one."""
    given_up = verdict.count("dead letters of what can be read", is_needed=False)
    ledger, concerned = Ledger(setting.published), Concerned(evidence, setting.published)
    unreadable = {
        (each.stream, each.sequence)
        for each in evidence.heard
        if any(expected.fate is Fate.DEAD for expected in ledger.of(each.subject, each.body))
    }
    bodies = {(each.stream, each.sequence): each.body for each in evidence.heard}
    for letter in evidence.dead:
        invoice = first(concerned.of_event(bodies.get((letter.stream, letter.sequence))))
        what = f"{letter.stream} {letter.sequence} was given up by {letter.consumer}: {letter.reason}"
        given_up.check((letter.stream, letter.sequence) in unreadable, invoice, what)


def _cases_move(verdict: Verdict, evidence: Evidence, setting: Setting) -> None:
    stuck = verdict.count("cases stuck 60 s after the last restart")
    settled = {str(each.invoice_id) for each in evidence.receivables if each.status is not ReceivableStatus.OPEN}
    for case in evidence.cases:
        reason = _stuck(case, settled, setting.clock, evidence.gathered_at)
        stuck.check(not reason, str(case.invoice_id), reason)


def _workflows_live(verdict: Verdict, evidence: Evidence) -> None:
    failed = verdict.count("workflows, or tasks of theirs, that failed")
    closed = {str(case.invoice_id) for case in evidence.cases if case.state is CaseState.CLOSED}
    for run in evidence.runs:
        fine = run.status in ("RUNNING", "COMPLETED", "TERMINATED") and not run.failures
        failed.check(fine, run.invoice_id, f"workflow {run.status}, its tasks failed: {run.failures}")
        if run.status == "RUNNING":
            failed.check(run.invoice_id not in closed, run.invoice_id, "its case is closed, its workflow still runs")


def _stuck(case: CaseSummary, settled: set[str], clock: Clock, at: datetime) -> str:
    """Why an open case does not move; empty when it does."""
    if case.state is CaseState.CLOSED:
        return ""
    if str(case.invoice_id) in settled:
        return "nothing is owed any more, but its case is open"
    if case.next_moment is not None and clock.real(case.next_moment) < at - STUCK_AFTER:
        return f"a step was due on {case.next_moment:%Y-%m-%d}, {at - clock.real(case.next_moment)} ago in real time"
    return ""
