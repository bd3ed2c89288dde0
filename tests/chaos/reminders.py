"""I1 and I2: what left, judged from the relay and from PostgreSQL's commits."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from contracts import events as e
from contracts.dunning import Outcome
from tests.chaos.evidence import Evidence, Heard, Mail, field_of
from tests.chaos.verdict import Setting, Verdict

LEEWAY = timedelta(seconds=1)
ACTED = (Outcome.CARRIED_OUT, Outcome.UNCERTAIN)


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
        verdict.check(times == 1, invoice_of(key), f"{key} was accepted {times} times by the relay")
    for kind in (e.LetterPrepared, e.TaskOpened):
        for key, times in Counter(field_of(each, "key") for each in evidence.told(kind.type)).items():
            verdict.check(times == 1, invoice_of(key), f"{key}: {times} different {kind.type}")
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
            key in received or outcome is Outcome.UNCERTAIN,
            invoice_of(key),
            f"{key} is in the journal, not at the relay",
        )
    for key in received:
        verdict.check(key in acted, invoice_of(key), f"{key} is at the relay, not in the journal")
    return verdict


def invoice_of(key: str) -> str:
    return key.partition(":")[0]


def _step(heard: Heard) -> tuple[str, str, int]:
    body = heard.body or {}
    return str(body.get("invoice_id")), str(body.get("step")), int(body.get("occurrence", 1))
