"""Messages of which nobody knows whether they arrived: how many there may be, and what became of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.dunning import Outcome
from services.notify.messages.domain import LOST
from services.notify.messages.models import MessageStatus
from services.notify.messages.schemas import MessageSummary
from tests.chaos.evidence import Evidence, invoice_of, key_of
from tests.chaos.mailbox.faults import AMBIGUOUS
from tests.chaos.verdict import Death, Setting, Verdict

RELAY = "mailbox"
ON_ITS_WAY = timedelta(seconds=60)
"""From the moment of a step, which may be half a minute late, to the end of a hand-over, at most."""
EARLIER = timedelta(seconds=1)
"""A step that is a little early is asked for at its moment."""


class Cause(StrEnum):
    ANSWER = "the relay left its answer open"
    SENDER = "its sender was killed"
    RELAY = "the relay was killed"
    NOTHING = "nothing explains it"


@dataclass(frozen=True)
class Doubt:
    """An uncertain message. `deaths`: the kills that may explain it; `arrived`: whether the relay had it."""

    key: str
    cause: Cause
    deaths: tuple[Death, ...]
    arrived: bool


def doubts(evidence: Evidence, setting: Setting) -> list[Doubt]:
    """What became of each uncertain message, in the order in which they were asked for."""
    left_open = {each.key for each in evidence.conversations if each.fault in AMBIGUOUS}
    begun: dict[str, list[datetime]] = {}
    for each in evidence.conversations:
        begun.setdefault(each.key, []).append(each.began)
    arrived = {mail.key for mail in evidence.mails}
    uncertain = [message for message in evidence.messages if message.status is MessageStatus.UNCERTAIN]
    found = []
    for message in sorted(uncertain, key=lambda message: message.requested_at):
        moments = (setting.clock.real(message.requested_at), *begun.get(message.key, ()))
        cause, deaths = _explained(message, left_open, moments, setting)
        found.append(Doubt(message.key, cause, deaths, message.key in arrived))
    return found


def _explained(
    message: MessageSummary, left_open: set[str], moments: Sequence[datetime], setting: Setting
) -> tuple[Cause, tuple[Death, ...]]:
    """`moments`: when it was asked for, and when the relay was told of it; one that is deferred is told of later."""
    if message.key in left_open:
        return Cause.ANSWER, ()
    cause, names = (Cause.SENDER, setting.senders) if message.reason == LOST else (Cause.RELAY, (RELAY,))
    deaths = tuple(
        death
        for death in setting.deaths
        if death.name in names and any(each - EARLIER <= death.at <= each + ON_ITS_WAY for each in moments)
    )
    return (cause if deaths else Cause.NOTHING), deaths


def judge_doubts(verdict: Verdict, evidence: Evidence, setting: Setting) -> None:
    """At most one for each kill of what was sending it; each shown to a person and told in the journal."""
    found = doubts(evidence, setting)
    each_is_explained(verdict, found, setting)
    hidden = verdict.count("uncertain messages that no person is shown", is_needed=False)
    told = {key_of(entry) for entry in evidence.journal if entry.outcome is Outcome.UNCERTAIN}
    for doubt in found:
        key = doubt.key
        hidden.check(key in evidence.shown, invoice_of(key), f"{key} is not among notify's uncertain messages")
        hidden.check(key in told, invoice_of(key), f"{key} is uncertain, and the journal does not say so")


def each_is_explained(verdict: Verdict, found: Sequence[Doubt], setting: Setting) -> None:
    unexplained = verdict.count("uncertain messages beyond one for each kill or open answer", is_needed=False)
    explained = _each_its_own(found, len(setting.senders))
    for doubt in found:
        what = f"{doubt.key} is uncertain, and {_excess(doubt)}"
        unexplained.check(doubt.cause is Cause.ANSWER or doubt.key in explained, invoice_of(doubt.key), what)


def _excess(doubt: Doubt) -> str:
    if not doubt.deaths:
        return Cause.NOTHING.value
    return f"the kill at {doubt.deaths[-1].at:%H:%M:%S} explains another one already"


def _each_its_own(found: Sequence[Doubt], senders: int) -> set[str]:
    """The keys of as many doubts as the kills can explain, each kill no more than it may, the first doubts first."""
    explains: dict[tuple[Death, int], Doubt] = {}
    for doubt in found:
        _place(doubt, senders, explains, set())
    return {doubt.key for doubt in explains.values()}


def _place(doubt: Doubt, senders: int, explains: dict[tuple[Death, int], Doubt], tried: set[tuple[Death, int]]) -> bool:
    """Find a kill for the doubt, if need be by finding another one for a doubt that had it."""
    for place in _places(doubt.deaths, senders):
        if place in tried:
            continue
        tried.add(place)
        if place not in explains or _place(explains[place], senders, explains, tried):
            explains[place] = doubt
            return True
    return False


def _places(deaths: Sequence[Death], senders: int) -> Iterator[tuple[Death, int]]:
    """A sender holds one conversation at a time; a relay that dies breaks one of each sender."""
    for death in deaths:
        for number in range(senders if death.name == RELAY else 1):
            yield death, number
