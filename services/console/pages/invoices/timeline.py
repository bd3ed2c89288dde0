"""The line of time of an invoice: what happened, with its reason and proof, and what is planned."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from contracts.dunning import CaseFact, ClosingReason, HoldKind, Outcome, Reason
from services.console.pages.invoices.evidence import NOTE, told, why
from services.console.pages.templates.names import STEPS
from services.console.peers.billing import History, Invoice
from services.console.peers.cases import ExpectedStep, Prospect
from services.console.peers.dunning import JournalEntry
from services.console.peers.notify import Task
from services.console.web.catalogues import mark
from services.console.web.formats import Formats
from services.console.web.words import word_of

Say = Callable[..., str]


class Tone(StrEnum):
    PLAIN = ""
    MONEY = "money"
    HOLD = "hold"
    LATE = "late"
    COMING = "coming"
    WAITING = "coming waiting"


@dataclass(frozen=True)
class Entry:
    """One point; `icon` by the names of the icons, `proof` as name and value, for who wants to look closer.

    `step` names a step to come as the forms do that act on it; `payment` the payment that may come undone.
    """

    at: datetime
    icon: str
    title: str
    detail: str = ""
    tone: Tone = Tone.PLAIN
    proof: Mapping[str, str] = field(default_factory=dict)
    who: str = ""
    step: str = ""
    payment: str = ""


FACTS = {
    CaseFact.OPENED: ("folder", mark("Case opened")),
    CaseFact.NOT_OPENED: ("folder", mark("No case was opened")),
    CaseFact.REOPENED: ("folder", mark("Case opened again")),
    CaseFact.CHANGED: ("folder", mark("Case changed")),
    CaseFact.PAUSED: ("pause", mark("Put on hold")),
    CaseFact.RESUMED: ("event", mark("Resumed")),
    CaseFact.CLOSED: ("closed", mark("Case closed")),
    CaseFact.ASKED: ("event", mark("Asked for at once")),
    CaseFact.PROMISE_KEPT: ("check", mark("Promise kept")),
    CaseFact.PROMISE_BROKEN: ("pause", mark("Promise broken")),
    CaseFact.BOUNCED: ("email", mark("The e-mail came back")),
}
WHY = {
    "due_date": mark("another due date"),
    "scenario": mark("another scenario"),
    "calendar": mark("another calendar"),
    "ran_out": mark("its time was over"),
    "resumed": mark("by hand"),
    "no_scenario": mark("its scenario has no published version"),
}
DECISIONS = {
    "due_date": mark("Due date agreed: %(date)s"),
    "write_off": mark("Written off"),
    "credit": mark("Credited"),
}


def past(
    invoice: Invoice,
    history: History | None,
    journal: Sequence[JournalEntry],
    calls: Sequence[Task],
    *,
    say: Say,
    formats: Formats,
) -> list[Entry]:
    """Oldest first."""
    entries: list[Entry] = []
    if invoice.issued_at:
        number = invoice.number or ""
        entries.append(Entry(invoice.issued_at, "document", say("Invoice %(number)s issued", number=number)))
    entries += _money(history, invoice.currency, say, formats) if history else []
    entries += [_of_journal(entry, say, formats) for entry in journal]
    entries += _calls(calls, say, formats)
    return sorted(entries, key=lambda entry: entry.at)


def future(steps: Sequence[ExpectedStep], *, now: datetime, say: Say, formats: Formats) -> list[Entry]:
    """The steps to come, in the order in which they are expected; none of them before `now`."""
    return sorted((_planned(step, now, say, formats) for step in steps), key=lambda entry: entry.at)


def _money(history: History, currency: str, say: Say, formats: Formats) -> Iterator[Entry]:
    undone = {movement.payment_id for movement in history.movements if movement.amount < 0}
    for movement in history.movements:
        amount = formats.money(abs(movement.amount), currency)
        if movement.amount > 0:
            title, tone = say("%(amount)s received", amount=amount), Tone.MONEY
        elif movement.reversed_on:
            title, tone = say("Payment undone: %(amount)s owed again", amount=amount), Tone.LATE
        else:
            title, tone = say("%(amount)s taken back", amount=amount), Tone.LATE
        day = say("on %(date)s", date=formats.day(movement.reversed_on)) if movement.reversed_on else ""
        detail = " · ".join(part for part in (movement.reason or "", day, movement.payment_id) if part)
        stands = movement.amount > 0 and movement.payment_id not in undone
        payment = movement.payment_id if stands else ""
        yield Entry(movement.made_at, "money", title, detail, tone, who=movement.who, payment=payment)
    for decision in history.decisions:
        date = formats.day(decision.due_date) if decision.due_date else ""
        title = say(DECISIONS[decision.kind], date=date) if decision.kind in DECISIONS else decision.kind
        yield Entry(decision.decided_at, "check", title, why(decision, say), who=decision.who)


def _of_journal(entry: JournalEntry, say: Say, formats: Formats) -> Entry:
    if isinstance(entry.outcome, CaseFact):
        icon, title = FACTS[entry.outcome]
        title = _of_step(entry.step, say(title), say) if entry.step else say(title)
        tone = {CaseFact.PAUSED: Tone.HOLD, CaseFact.BOUNCED: Tone.LATE}.get(entry.outcome, Tone.PLAIN)
        proof = entry.evidence if entry.outcome is CaseFact.BOUNCED else {}
        return Entry(entry.decided_at, icon, title, _sentence(entry, say, formats), tone, proof, entry.who)
    title = _of_step(entry.step or "", say(word_of(entry.outcome)), say)
    tones = {Outcome.FAILED: Tone.LATE, Outcome.UNCERTAIN: Tone.LATE, Outcome.DEFERRED: Tone.HOLD}
    tone = tones.get(entry.outcome, Tone.PLAIN)
    proof = {name: value for name, value in entry.evidence.items() if name != NOTE}
    return Entry(entry.decided_at, _icon(entry), title, _sentence(entry, say, formats), tone, proof, entry.who)


def _of_step(step: str, what: str, say: Say) -> str:
    return say("%(what)s: %(name)s", what=_name(step, say), name=what)


def _name(step: str, say: Say) -> str:
    return say(STEPS[step]) if step in STEPS else step


def _icon(entry: JournalEntry) -> str:
    """A step's kind shows in what proves it."""
    for name, icon in (("letter_id", "letter"), ("task_id", "call"), ("message_id", "email")):
        if name in entry.evidence:
            return icon
    return "event"


def _sentence(entry: JournalEntry, say: Say, formats: Formats) -> str:
    """The reason in the reader's words, then what they are told of it; never the service's own English detail."""
    again = say("again on %(moment)s", moment=formats.moment(entry.retry_at)) if entry.retry_at else ""
    return " · ".join(part for part in (_reason(entry.reason, say), *told(entry, say, formats), again) if part)


def _reason(reason: str, say: Say) -> str:
    for kind in (Reason, HoldKind, ClosingReason):
        if reason in set(kind):
            return say(word_of(kind(reason)))
    return say(WHY[reason]) if reason in WHY else ""


def _calls(calls: Sequence[Task], say: Say, formats: Formats) -> Iterator[Entry]:
    for call in calls:
        if call.outcome is None or call.completed_at is None:
            continue
        title = say("Call: %(outcome)s", outcome=say(word_of(call.outcome)))
        promised = say("for %(date)s", date=formats.day(call.promised_on)) if call.promised_on else ""
        detail = " · ".join(part for part in (promised, call.outcome_note or "") if part)
        yield Entry(call.completed_at, "call", title, detail, who=call.who)


def _planned(step: ExpectedStep, now: datetime, say: Say, formats: Formats) -> Entry:
    at = step.expected_at or max(step.moment, now)
    kind, name = say(word_of(step.kind)), _name(step.step, say)
    title = kind if name == kind else say("%(what)s: %(name)s", what=kind, name=name)
    if step.occurrence > 1:
        title += f" ({step.occurrence})"
    is_moved = formats.local_day(at) != formats.local_day(step.moment)
    details = (
        "" if step.prospect is Prospect.PLANNED else say(word_of(step.prospect)),
        say("planned for %(date)s", date=formats.day(step.moment)) if is_moved else "",
        say("day %(days)s", days=f"{step.days:+d}"),
        say("template %(name)s", name=_name(step.template, say)) if step.template not in (None, step.step) else "",
        say("for %(name)s", name=step.assignee) if step.assignee else "",
    )
    is_held = step.prospect in (Prospect.WAITING, Prospect.SUPERSEDED)
    return Entry(
        at,
        str(step.kind),
        title,
        " · ".join(part for part in details if part),
        Tone.WAITING if is_held else Tone.COMING,
        step=step.mark,
    )
