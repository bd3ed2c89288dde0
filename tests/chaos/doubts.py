"""Messages of which nobody knows whether they arrived: how many there may be, and what became of each."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.dunning import Outcome
from services.notify.messages.domain import LOST
from services.notify.messages.models import MessageStatus
from services.notify.messages.schemas import MessageSummary
from tests.chaos.evidence import Evidence, invoice_of
from tests.chaos.mailbox.faults import AMBIGUOUS
from tests.chaos.verdict import Death, Setting, Verdict

SENDERS = ("notify", "notify-2")
RELAY = "mailbox"
ON_ITS_WAY = timedelta(seconds=30)
"""From the request to the end of a hand-over, at most."""
EARLIER = timedelta(seconds=1)
"""A step that is a little early is asked for at its moment."""


class Cause(StrEnum):
    ANSWER = "the relay left its answer open"
    SENDER = "its sender was killed"
    RELAY = "the relay was killed"
    NOTHING = "nothing explains it"


@dataclass(frozen=True)
class Doubt:
    """An uncertain message. `death`: the kill that explains it; `arrived`: whether the relay had it all the same."""

    key: str
    cause: Cause
    death: datetime | None
    arrived: bool


def doubts(evidence: Evidence, setting: Setting) -> Iterator[Doubt]:
    """What became of each uncertain message."""
    left_open = {each.key for each in evidence.conversations if each.fault in AMBIGUOUS}
    arrived = {mail.key for mail in evidence.mails}
    for message in evidence.messages:
        if message.status is MessageStatus.UNCERTAIN:
            cause, death = _explained(message, left_open, setting)
            yield Doubt(message.key, cause, death, message.key in arrived)


def _explained(message: MessageSummary, left_open: set[str], setting: Setting) -> tuple[Cause, datetime | None]:
    if message.key in left_open:
        return Cause.ANSWER, None
    asked = setting.clock.real(message.requested_at)
    cause, names = (Cause.SENDER, SENDERS) if message.reason == LOST else (Cause.RELAY, (RELAY,))
    death = next((each.at for each in _meanwhile(setting.deaths, names, asked)), None)
    return (cause, death) if death else (Cause.NOTHING, None)


def _meanwhile(deaths: Sequence[Death], names: Sequence[str], asked: datetime) -> Iterator[Death]:
    for death in deaths:
        if death.name in names and asked - EARLIER <= death.at <= asked + ON_ITS_WAY:
            yield death


def judge_doubts(verdict: Verdict, evidence: Evidence, setting: Setting) -> None:
    """At most one for each kill of what was sending it; each shown to a person and told in the journal."""
    found = list(doubts(evidence, setting))
    unexplained = verdict.count("uncertain messages beyond one for each kill or open answer", is_needed=False)
    for doubt in found:
        fine = doubt.cause is not Cause.NOTHING
        unexplained.check(fine, invoice_of(doubt.key), f"{doubt.key} is uncertain, and {doubt.cause.value}")
    killed = Counter(death.at for death in setting.deaths if death.name in (*SENDERS, RELAY))
    for at, keys in _by_death(found).items():
        for key in keys[killed[at] :]:
            what = f"{key} is uncertain, one of {len(keys)} by the kill at {at:%H:%M:%S}"
            unexplained.check(False, invoice_of(key), what)
    hidden = verdict.count("uncertain messages that no person is shown", is_needed=False)
    told = {
        f"{entry.invoice_id}:{entry.scenario}:{entry.step}:{entry.occurrence}"
        for entry in evidence.journal
        if entry.outcome is Outcome.UNCERTAIN
    }
    for doubt in found:
        key = doubt.key
        hidden.check(key in evidence.shown, invoice_of(key), f"{key} is not among notify's uncertain messages")
        hidden.check(key in told, invoice_of(key), f"{key} is uncertain, and the journal does not say so")


def _by_death(found: Sequence[Doubt]) -> Mapping[datetime, list[str]]:
    by_death: dict[datetime, list[str]] = {}
    for doubt in found:
        if doubt.death is not None:
            by_death.setdefault(doubt.death, []).append(doubt.key)
    return by_death
