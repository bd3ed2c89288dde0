"""What the journal keeps of a change of a case, piece by piece, and why billing decided, in the reader's words."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal

from contracts.dunning import CaseFact, Reason
from services.console.peers.billing import Decision
from services.console.peers.dunning import JournalEntry
from services.console.web.formats import Formats
from services.console.web.words import word_of

Say = Callable[..., str]
NOTE = "note"
"""Under which stands what a person wrote; a code where they closed a case without a word."""

CREDIT_NOTE = "credit note "
"""How billing tells which one credited an invoice; its number follows."""


def why(decision: Decision, say: Say) -> str:
    """What a person wrote, as it stands; billing's own words in the reader's."""
    if decision.kind == "credit" and decision.reason.startswith(CREDIT_NOTE):
        return say("Credit note %(number)s", number=decision.reason.removeprefix(CREDIT_NOTE))
    return decision.reason


def told(entry: JournalEntry, say: Say, formats: Formats) -> Iterator[str]:
    """Of a decision on a step its note alone: the rest of its evidence is proof."""
    if isinstance(entry.outcome, CaseFact):
        yield from _changed(entry, say, formats)
    note = entry.evidence.get(NOTE, "")
    yield say(word_of(Reason.BY_HAND)) if note == Reason.BY_HAND else note


def _changed(entry: JournalEntry, say: Say, formats: Formats) -> Iterator[str]:
    kept = entry.evidence
    if "scenario" in kept:
        yield say("scenario %(name)s, version %(version)s", name=kept["scenario"], version=kept.get("version", ""))
    if kept.get("run", "1") != "1":
        yield say("run %(number)s", number=kept["run"])
    if "due_date" in kept:
        yield say("due on %(date)s", date=formats.day(date.fromisoformat(kept["due_date"])))
    if "promised_on" in kept:
        amount = formats.money(Decimal(kept["amount"]), kept["currency"])
        yield say("%(amount)s by %(date)s", amount=amount, date=formats.day(date.fromisoformat(kept["promised_on"])))
    if "paid" in kept:
        yield say("%(amount)s paid since", amount=formats.money(Decimal(kept["paid"]), kept["currency"]))
    if "until" in kept:
        yield say("until %(moment)s", moment=formats.moment(datetime.fromisoformat(kept["until"])))
