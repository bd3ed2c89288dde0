"""The invariants, each judged from the evidence: how much was checked, and what is broken."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import ValidationError

from contracts import events as e
from contracts.clock import Clock
from contracts.dunning import CaseState, ClosingReason, Outcome
from contracts.events import PaymentReceived, PaymentReversed
from contracts.receivable import ReceivableStatus
from deploy.local.player import Issued
from services.billing.payments.models import PaymentStatus
from services.dunning.cases.schemas import CaseSummary
from tests.chaos.evidence import Evidence, Heard, Mail

LEEWAY = timedelta(seconds=1)
STUCK_AFTER = timedelta(seconds=60)
ACTED = (Outcome.CARRIED_OUT, Outcome.UNCERTAIN)


@dataclass(frozen=True)
class Offence:
    """`invoice_id` is empty where no single invoice is concerned."""

    invoice_id: str
    what: str


@dataclass
class Verdict:
    """Of one invariant."""

    title: str
    checked: int = 0
    offences: list[Offence] = field(default_factory=list)

    def check(self, holds: bool, invoice_id: str, what: str) -> None:
        self.checked += 1
        if not holds:
            self.offences.append(Offence(invoice_id, what))


@dataclass(frozen=True)
class Held:
    """A span of real time in which no payment was taken; reminders may not leave from `stale` on."""

    stale: datetime
    until: datetime


@dataclass(frozen=True)
class Setting:
    """What the judge must know of the run beside its evidence."""

    clock: Clock
    issued: Mapping[str, Issued]
    held: Sequence[Held]


def judge(evidence: Evidence, setting: Setting) -> dict[str, Verdict]:
    return {
        "I1": no_reminder_after_payment(evidence, setting),
        "I2": each_step_acts_once(evidence),
        "I3": every_overdue_invoice_is_followed(evidence),
        "I4": every_payment_has_an_outcome(evidence),
        "I5": numbers_are_whole(evidence, setting),
        "I6": work_went_on(evidence, setting),
    }


def no_reminder_after_payment(evidence: Evidence, setting: Setting) -> Verdict:
    verdict = Verdict("no reminder after the payment, none on a stale balance")
    spans = paid_spans(evidence)
    for mail in evidence.mails:
        late = [since for since, until in spans.get(mail.invoice_id, []) if _is_within(mail, since + LEEWAY, until)]
        verdict.check(not late, mail.invoice_id, f"{mail.key} left {_after(mail, late)} after the payment's commit")
        stale = [held for held in setting.held if held.stale + LEEWAY < mail.began < held.until]
        verdict.check(not stale, mail.invoice_id, f"{mail.key} left while payments were held back too long")
    return verdict


def _is_within(mail: Mail, since: datetime, until: datetime | None) -> bool:
    return mail.began > since and (until is None or mail.received < until)


def _after(mail: Mail, since: Sequence[datetime]) -> str:
    return f"{(mail.began - since[0]).total_seconds():.3f} s" if since else "not"


def paid_spans(evidence: Evidence) -> dict[str, list[tuple[datetime, datetime | None]]]:
    """When each invoice was paid in full, from commit to the commit that undid it (None: it stayed so)."""
    owed = {str(each.invoice_id): each.total for each in evidence.receivables}
    spans: dict[str, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for movement in evidence.movements:
        invoice = movement.invoice_id
        before, owed[invoice] = owed[invoice], owed[invoice] - movement.amount
        if before > 0 >= owed[invoice]:
            spans[invoice].append((movement.committed, None))
        if before <= 0 < owed[invoice]:
            spans[invoice][-1] = (spans[invoice][-1][0], movement.committed)
    return {invoice: [span for span in found if span[0] != span[1]] for invoice, found in spans.items()}


def each_step_acts_once(evidence: Evidence) -> Verdict:
    verdict = Verdict("each step acts once, and the journal says so")
    received = Counter(mail.key for mail in evidence.mails)
    for key, times in received.items():
        verdict.check(times == 1, _invoice(key), f"{key} was accepted {times} times by the relay")
    for kind in (e.LetterPrepared, e.TaskOpened):
        for key, times in Counter(_field(each, "key") for each in evidence.told(kind.type)).items():
            verdict.check(times == 1, _invoice(key), f"{key}: {times} different {kind.type}")
    steps = Counter(_step(each) for each in evidence.told(e.StepCarriedOut.type))
    for (invoice, step, occurrence), times in steps.items():
        verdict.check(times == 1, invoice, f"{step} {occurrence} was carried out {times} times")
    acted = {
        f"{entry.invoice_id}:{entry.scenario}:{entry.step}:{entry.occurrence}": entry.outcome
        for entry in evidence.journal
        if entry.outcome in ACTED and "message_id" in entry.evidence
    }
    for key, outcome in acted.items():
        verdict.check(
            key in received or outcome is Outcome.UNCERTAIN, _invoice(key), f"{key} is in the journal, not at the relay"
        )
    for key in received:
        verdict.check(key in acted, _invoice(key), f"{key} is at the relay, not in the journal")
    return verdict


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


def every_payment_has_an_outcome(evidence: Evidence) -> Verdict:
    verdict = Verdict("every payment event has an outcome, and the balances are right")
    dead = {letter.sequence for letter in evidence.dead if letter.stream == "PAYMENTS"}
    answered = {
        _field(each, "payment_id")
        for each in evidence.told(e.PaymentApplied.type, e.PaymentUnallocated.type, e.PaymentRejected.type)
    }
    published = [each for each in evidence.heard if each.stream == "PAYMENTS"]
    for each in published:
        known = evidence.payments.get(str((each.body or {}).get("payment_id")))
        has_outcome = known is not None and known.status is not PaymentStatus.AWAITED
        verdict.check(each.sequence in dead or has_outcome, "", f"PAYMENTS {each.sequence}: no outcome of {each.body}")
    for payment in evidence.payments.values():
        told = payment.payment_id in answered or payment.status is PaymentStatus.REVERSED
        verdict.check(told, "", f"payment {payment.payment_id}: nobody was told that it is {payment.status}")
    expected = expected_balances(evidence, published)
    for receivable in evidence.receivables:
        right = expected[receivable.number]
        verdict.check(
            receivable.balance == right,
            str(receivable.invoice_id),
            f"{receivable.number}: the balance is {receivable.balance}, the events say {right}",
        )
    return verdict


def expected_balances(evidence: Evidence, published: Sequence[Heard]) -> dict[str, Decimal]:
    """By invoice number: what the payment events alone leave of it."""
    paid: dict[str, tuple[str | None, Decimal]] = {}
    reversed_ids = set()
    for each in published:
        event = _payment(each)
        if isinstance(event, PaymentReceived):
            paid[event.payment_id] = (event.invoice_number, event.amount)
        if isinstance(event, PaymentReversed):
            reversed_ids.add(event.payment_id)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for payment_id, (number, amount) in paid.items():
        known = evidence.payments.get(payment_id)
        if number and payment_id not in reversed_ids and known and known.status is not PaymentStatus.REJECTED:
            sums[number] += amount
    return {each.number: max(Decimal(0), each.total - sums[each.number]) for each in evidence.receivables}


def _payment(heard: Heard) -> PaymentReceived | PaymentReversed | None:
    kinds: dict[str, type[PaymentReceived] | type[PaymentReversed]] = {
        PaymentReceived.type: PaymentReceived,
        PaymentReversed.type: PaymentReversed,
    }
    try:
        return kinds[heard.subject].model_validate(heard.body)
    except (KeyError, ValidationError):
        return None


NUMBER = re.compile(r"(.+)-(\d+)")


def numbers_are_whole(evidence: Evidence, setting: Setting) -> Verdict:
    verdict = Verdict("no gap and no duplicate in the numbers, no issued invoice changed")
    numbers: dict[str, list[int]] = defaultdict(list)
    known = {str(invoice["id"]): invoice for invoice in evidence.invoices if invoice["number"]}
    for invoice in known.values():
        if found := NUMBER.fullmatch(str(invoice["number"])):
            numbers[found[1]].append(int(found[2]))
    for series, used in numbers.items():
        verdict.check(sorted(used) == list(range(1, len(used) + 1)), "", f"{series}: {sorted(used)}")
    for issued in setting.issued.values():
        now = known.get(issued.invoice_id, {})
        same = now.get("number") == issued.number and Decimal(now.get("total", "-1")) == issued.total
        verdict.check(same, issued.invoice_id, f"issued as {issued}, now {now}")
    events = Counter(_field(each, "invoice_id") for each in evidence.told(e.InvoiceIssued.type))
    for invoice_id, invoice in known.items():
        told = events[invoice_id]
        verdict.check(told == 1, invoice_id, f"{invoice['number']}: {told} events say that it was issued")
    asked = {issued.invoice_id for issued in setting.issued.values()}
    verdict.check(set(known) == asked, "", f"issued without being asked for: {set(known) - asked}")
    return verdict


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


def _invoice(key: str) -> str:
    return key.partition(":")[0]


def _field(heard: Heard, name: str) -> str:
    return str((heard.body or {}).get(name))


def _step(heard: Heard) -> tuple[str, str, int]:
    body = heard.body or {}
    return str(body.get("invoice_id")), str(body.get("step")), int(body.get("occurrence", 1))


def offences(verdicts: Mapping[str, Verdict]) -> Iterator[Offence]:
    for verdict in verdicts.values():
        yield from verdict.offences
