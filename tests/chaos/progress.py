"""I3 and I6: nobody is forgotten, and nothing stands still, judged from the cases and from Temporal."""

from datetime import datetime, timedelta

from contracts.clock import Clock
from contracts.dunning import CaseState, ClosingReason, Outcome
from contracts.receivable import ReceivableStatus
from services.dunning.cases.schemas import CaseSummary
from tests.chaos.evidence import Evidence
from tests.chaos.verdict import Setting, Verdict

STUCK_AFTER = timedelta(seconds=60)


def every_overdue_invoice_is_followed(evidence: Evidence) -> Verdict:
    verdict = Verdict("every overdue invoice has an open case or a reason why not")
    cases = {str(case.invoice_id): case for case in evidence.cases}
    running = {run.invoice_id for run in evidence.runs if run.status == "RUNNING"}
    reasons = {(str(entry.invoice_id), entry.outcome) for entry in evidence.journal}
    for receivable in evidence.receivables:
        invoice = str(receivable.invoice_id)
        if receivable.status is not ReceivableStatus.OPEN or receivable.days_late <= 0:
            continue
        case = cases.get(invoice)
        if case is None:
            verdict.check((invoice, "not_opened") in reasons, invoice, "overdue, without a case and without a reason")
        elif case.state is CaseState.CLOSED:
            verdict.check(
                (invoice, "closed") in reasons and case.closing_reason is not ClosingReason.SETTLED,
                invoice,
                f"overdue, but its case was closed: {case.closing_reason}",
            )
        else:
            verdict.check(invoice in running, invoice, "its case is open, but no workflow runs")
    for case in evidence.cases:
        if case.closing_reason is ClosingReason.EXHAUSTED:
            _all_steps_are_decided(verdict, evidence, case)
    return verdict


def _all_steps_are_decided(verdict: Verdict, evidence: Evidence, case: CaseSummary) -> None:
    decided = {
        entry.step
        for entry in evidence.journal
        if entry.invoice_id == case.invoice_id and entry.step and entry.outcome != Outcome.DEFERRED
    }
    verdict.check(len(decided) >= 5, str(case.invoice_id), f"exhausted, but only these steps were decided: {decided}")


def work_went_on(evidence: Evidence, setting: Setting) -> Verdict:
    verdict = Verdict("work went on after the last restart without anyone's help")
    for consumer, count in evidence.waiting.items():
        verdict.check(count == 0, "", f"{consumer}: {count} events wait")
    settled = {str(each.invoice_id) for each in evidence.receivables if each.status is not ReceivableStatus.OPEN}
    for case in evidence.cases:
        reason = _stuck(case, settled, setting.clock, evidence.gathered_at)
        verdict.check(not reason, str(case.invoice_id), reason)
    closed = {str(case.invoice_id) for case in evidence.cases if case.state is CaseState.CLOSED}
    for run in evidence.runs:
        fine = run.status in ("RUNNING", "COMPLETED", "TERMINATED") and not run.failures
        verdict.check(fine, run.invoice_id, f"workflow {run.status}, its tasks failed: {run.failures}")
        if run.status == "RUNNING":
            verdict.check(run.invoice_id not in closed, run.invoice_id, "its case is closed, its workflow still runs")
    for message in evidence.messages:
        verdict.check(message.status != "sending", str(message.invoice_id), f"{message.key} is still being sent")
    return verdict


def _stuck(case: CaseSummary, settled: set[str], clock: Clock, at: datetime) -> str:
    """Why an open case does not move; empty when it does."""
    if case.state is CaseState.CLOSED:
        return ""
    if str(case.invoice_id) in settled:
        return "nothing is owed any more, but its case is open"
    if case.next_moment is not None and clock.real(case.next_moment) < at - STUCK_AFTER:
        return f"a step was due on {case.next_moment:%Y-%m-%d}, {at - clock.real(case.next_moment)} ago in real time"
    return ""
