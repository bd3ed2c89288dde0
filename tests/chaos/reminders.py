"""I1 and I2: what left, judged from the relay and from PostgreSQL's commits."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta

from contracts import events as e
from contracts.dunning import Outcome, Reason
from contracts.events import Event
from tests.chaos.doubts import judge_doubts
from tests.chaos.evidence import Evidence, Heard, Mail, field_of, invoice_of, key_of
from tests.chaos.mailbox.faults import AMBIGUOUS, BEFORE_THE_CONTENT, Conversation
from tests.chaos.paid import paid_spans, settled_spans
from tests.chaos.papers import judge_papers
from tests.chaos.steps import is_final
from tests.chaos.verdict import Setting, Verdict

LEEWAY = timedelta(seconds=1)
ACTED = (Outcome.CARRIED_OUT, Outcome.UNCERTAIN)
DECIDING = timedelta(seconds=60)
"""From the look at a case to the event of its step, at most: the time of an activity."""
MAY_HAVE_LEFT = ("sent", "uncertain")
NOTIFY_EVENTS = (e.MessageSent.type, e.MessageFailed.type, e.LetterPrepared.type, e.TaskOpened.type)
STEP_EVENTS = (e.StepCarriedOut.type, e.StepSkipped.type, e.StepDeferred.type)


def no_reminder_after_payment(evidence: Evidence, setting: Setting) -> Verdict:
    verdict = Verdict("nobody is reminded after paying")
    after = verdict.count("reminders that left over 1 s after the payment's commit")
    unsure = verdict.count("reminders that left while payments were held back for long")
    spans = paid_spans(evidence)
    for mail in handed_over(evidence):
        late = [since for since, until in spans.get(mail.invoice_id, []) if _is_within(mail, since + LEEWAY, until)]
        after.check(not late, mail.invoice_id, f"{mail.key} left {_after(mail, late)} after the payment's commit")
        stale = [held for held in setting.held if held.stale + LEEWAY < mail.began < held.until]
        unsure.check(not stale, mail.invoice_id, f"{mail.key} left while payments were held back too long")
    _none_after_a_credit_note(verdict, evidence)
    _steps_wait_meanwhile(verdict, evidence, setting)
    judge_papers(verdict, evidence, setting, settled_spans(evidence))
    return verdict


def handed_over(evidence: Evidence) -> list[Mail]:
    """What the relay kept, and what it was given and lost or refused: it left all the same."""
    lost = [each for each in evidence.conversations if each.kept is None and each.fault not in BEFORE_THE_CONTENT]
    return [*evidence.mails, *(Mail(each.key, each.began, each.received) for each in lost)]


def _none_after_a_credit_note(verdict: Verdict, evidence: Evidence) -> None:
    """Looked for in each credited invoice: on a slow machine none of them may have been reminded before."""
    count = verdict.count("invoices of which a reminder left over 1 s after the credit note's commit", is_needed=False)
    mails = handed_over(evidence)
    for each in evidence.credited:
        late = [mail for mail in mails if mail.invoice_id == each.invoice_id and mail.began > each.committed + LEEWAY]
        what = ", ".join(f"{mail.key} left {_after(mail, [each.committed])} after it" for mail in late)
        count.check(not late, each.invoice_id, what)


def _steps_wait_meanwhile(verdict: Verdict, evidence: Evidence, setting: Setting) -> None:
    """That nothing left while payments were held back says something only where something would have."""
    count = verdict.count("steps that were put off while payments were held back", is_needed=False)
    for entry in evidence.journal:
        at = setting.clock.real(entry.decided_at)
        if entry.reason == Reason.STALE_BALANCE and any(held.stale <= at <= held.until for held in setting.held):
            count.check(entry.outcome is Outcome.DEFERRED, str(entry.invoice_id), f"{key_of(entry)} {entry.outcome}")


def _is_within(mail: Mail, since: datetime, until: datetime | None) -> bool:
    return mail.began > since and (until is None or mail.received < until)


def _after(mail: Mail, since: Sequence[datetime]) -> str:
    return f"{(mail.began - since[0]).total_seconds():.3f} s" if since else "not"


def each_step_acts_once(evidence: Evidence, setting: Setting) -> Verdict:
    verdict = Verdict("each step acts once")
    received = Counter(mail.key for mail in evidence.mails)
    asked_about = {mail.key for mail in evidence.mails if mail.received < evidence.gathered_at}
    _nothing_twice(verdict, evidence, received)
    _nothing_unplanned(verdict, evidence, setting)
    _nothing_after_an_open_answer(verdict, evidence)
    _versions_are_kept(verdict, evidence)
    _the_journal_is_right(verdict, evidence, received, asked_about)
    judge_doubts(verdict, evidence, setting)
    return verdict


def _nothing_twice(verdict: Verdict, evidence: Evidence, received: Mapping[str, int]) -> None:
    mails = verdict.count("messages that the relay accepted twice")
    for key, times in received.items():
        mails.check(times == 1, invoice_of(key), f"{key} was accepted {times} times by the relay")
    papers = verdict.count("letters and calls planned twice", is_needed=False)
    undone = {invoice: sum(until is not None for _, until in found) for invoice, found in paid_spans(evidence).items()}
    kinds: tuple[type[Event], ...] = (e.LetterPrepared, e.TaskOpened)
    for kind in kinds:
        for key, times in Counter(field_of(each, "key") for each in evidence.told(kind.type)).items():
            invoice = invoice_of(key)  # what a payment withdrew comes back, and is told anew, when it is undone
            papers.check(times <= 1 + undone.get(invoice, 0), invoice, f"{key}: {times} different {kind.type}")
    steps = verdict.count("steps carried out twice")
    for (invoice, step, occurrence), times in Counter(map(_step, evidence.told(e.StepCarriedOut.type))).items():
        steps.check(times == 1, invoice, f"{step} {occurrence} was carried out {times} times")


def _nothing_unplanned(verdict: Verdict, evidence: Evidence, setting: Setting) -> None:
    """A key of its own does not make it another step: what is no step, or no occurrence of one, is one too many."""
    count = verdict.count("steps and occurrences that the scenario does not have")
    acted = {mail.key for mail in evidence.mails} | {paper.key for paper in evidence.papers}
    acted |= {field_of(each, "key") for each in evidence.told(*NOTIFY_EVENTS)}
    decided = {_key(each) for each in evidence.told(*STEP_EVENTS)}
    decided |= {key_of(entry) for entry in evidence.journal if entry.step}
    for key in sorted(acted | decided):
        count.check(is_planned(key, setting), invoice_of(key), f"{key} is no occurrence of a step of its scenario")


def _nothing_after_an_open_answer(verdict: Verdict, evidence: Evidence) -> None:
    """Nobody knows whether it arrived: a person looks, and nothing sends it again."""
    count = verdict.count("messages handed over again after an answer that was left open", is_needed=False)
    conversations: dict[str, list[Conversation]] = defaultdict(list)
    for each in sorted(evidence.conversations, key=lambda each: each.began):
        conversations[each.key].append(each)
    for key, found in conversations.items():
        faults = [each.fault for each in found[:-1]]
        count.check(not AMBIGUOUS.intersection(faults), invoice_of(key), f"{key} was handed over again after {faults}")


def is_planned(key: str, setting: Setting) -> bool:
    """Whether it names a step of a scenario of this run, and one of the times that the step comes."""
    _, scenario, name, occurrence = key.split(":") if key.count(":") == 3 else ("", "", "", "")
    step = setting.step_of(scenario, name)
    return step is not None and occurrence in {str(time + 1) for time in range(step.repeat.times if step.repeat else 1)}


def _key(heard: Heard) -> str:
    return ":".join(field_of(heard, name) for name in ("invoice_id", "scenario", "step", "occurrence"))


def _step(heard: Heard) -> tuple[str, str, int]:
    body = heard.body or {}
    return str(body.get("invoice_id")), str(body.get("step")), int(body.get("occurrence", 1))


def _versions_are_kept(verdict: Verdict, evidence: Evidence) -> None:
    """Whatever is decided is of the version that the case was opened with, or was brought to; it may be decided while
    the case is brought to another, and told after that. What the relay had heard of before is told as late as it takes:
    an attempt may die with its worker.

    A case that was paid before it could be opened may have a workflow, started by a transaction that failed: its
    first step may say that it left the invoice alone, and nothing else.
    """
    count = verdict.count("steps decided by a version that is not the case's")
    known: dict[str, list[tuple[int, str, datetime]]] = defaultdict(list)
    for each in evidence.told(e.CaseOpened.type, e.CaseChanged.type):
        known[field_of(each, "invoice_id")].append((each.sequence, field_of(each, "version"), each.at))
    acted = _when_the_relay_heard(evidence)
    for each in evidence.told(*STEP_EVENTS):
        invoice, version = field_of(each, "invoice_id"), field_of(each, "version")
        if invoice not in known and each.subject == e.StepSkipped.type:
            continue
        before = sorted(entry for entry in known[invoice] if entry[0] <= each.sequence)
        at = min(each.at, acted.get(_key(each), each.at))
        versions = {told for number, (_, told, _) in enumerate(before) if _is_in_force(before[number + 1 :], at)}
        what = f"{field_of(each, 'step')} followed version {version}, the case {sorted(versions)}"
        count.check(version in versions, invoice, what)


def _when_the_relay_heard(evidence: Evidence) -> Mapping[str, datetime]:
    """By step, of the message of its turn: the one that acted, and those that it superseded."""
    last = {each.key: each.began for each in sorted(evidence.conversations, key=lambda each: each.began)}
    acted = [entry for entry in evidence.journal if key_of(entry) in last and is_final(entry)]
    turns = {entry.turn_id: last[key_of(entry)] for entry in acted}
    return {key_of(entry): turns[entry.turn_id] for entry in evidence.journal if entry.turn_id in turns}


def _is_in_force(later: Sequence[tuple[int, str, datetime]], at: datetime) -> bool:
    return not later or later[0][2] > at - DECIDING


def _the_journal_is_right(
    verdict: Verdict, evidence: Evidence, received: Mapping[str, int], asked_about: Set[str]
) -> None:
    """`asked_about`: what the relay had before the journal was read. That more comes after it is judged as I6."""
    journal = verdict.count("messages of which the journal, notify and the relay differ")
    acted = {
        key_of(entry): entry.outcome
        for entry in evidence.journal
        if entry.outcome in ACTED and "message_id" in entry.evidence
    }
    for key, outcome in acted.items():
        fine = key in received or outcome is Outcome.UNCERTAIN
        journal.check(fine, invoice_of(key), f"{key} is in the journal, not at the relay")
    statuses = {message.key: message.status.value for message in evidence.messages}
    for key in asked_about:
        journal.check(key in acted, invoice_of(key), f"{key} is at the relay, not in the journal")
        status = statuses.get(key, "unknown")
        journal.check(status in MAY_HAVE_LEFT, invoice_of(key), f"{key} is at the relay, notify calls it {status}")
