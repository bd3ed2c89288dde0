"""I1 for letters and calls: they lie ready for a person, and are withdrawn when nothing is owed any more."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from contracts import events as e
from tests.chaos.evidence import Evidence, Paper, field_of, invoice_of
from tests.chaos.paid import Span
from tests.chaos.verdict import Setting, Verdict

READING = timedelta(seconds=11)
"""From the commit of a payment to the end of a reading that began before it: its timeout, and a second."""
MAKING = READING + timedelta(seconds=49)
"""To the commit of what was asked for on that reading: the caller waits for 45 s."""
TELLING = timedelta(seconds=5)
"""From the commit of a letter or a call to its event in the stream, while nothing is down."""
ON_TIME = timedelta(seconds=30)
"""A step that runs this soon after its moment says that it was asked for at its moment."""
STANDING = ("prepared", "opened")


def judge_papers(verdict: Verdict, evidence: Evidence, setting: Setting, spans: Mapping[str, Sequence[Span]]) -> None:
    """What was on its way when the payment came is withdrawn, and must be; nothing is begun long after it."""
    begun = verdict.count(
        "letters and calls begun long after the payment's commit, or on a stale balance", is_needed=False
    )
    left = verdict.count("letters and calls that stand although nothing is owed", is_needed=False)
    told = _told(evidence)
    for paper in evidence.papers:
        paid = spans.get(paper.invoice_id, ())
        if paper.status in STANDING or paper.key in told:
            late = _late(paper, paid, setting, told[paper.key])
            begun.check(not late, paper.invoice_id, f"{paper.key} was begun, {late}")
        end = paid[-1] if paid else None
        is_paid = end is not None and end[1] is None and end[0] < evidence.gathered_at
        left.check(not (is_paid and paper.status in STANDING), paper.invoice_id, f"{paper.key} is still {paper.status}")
    _are_told(verdict, evidence, told)


def _late(paper: Paper, paid: Sequence[Span], setting: Setting, told: int) -> str:
    """Withdrawn at once is not begun. What was told again came back: `committed` may be of that, of a call."""
    asked = setting.clock.real(paper.asked_at)
    surely_by = min(asked + ON_TIME, paper.committed or asked + ON_TIME)
    for since, until in paid:
        if asked > since + READING and (until is None or surely_by < until):
            return f"asked for {(asked - since).total_seconds():.3f} s after the payment's commit"
        if paper.committed and told < 2 and _is_within(paper.committed, since + MAKING, until):
            return f"made {(paper.committed - since).total_seconds():.3f} s after the payment's commit"
    stale = any(held.stale + READING < asked and surely_by < held.until for held in setting.held)
    return "while payments were held back too long" if stale else ""


def _is_within(at: datetime, since: datetime, until: datetime | None) -> bool:
    return at > since and (until is None or at < until)


def _told(evidence: Evidence) -> Counter[str]:
    """How often the stream says that a key was prepared or opened, before the witnesses were asked."""
    told = evidence.told(e.LetterPrepared.type, e.TaskOpened.type)
    return Counter(field_of(each, "key") for each in told if each.at < evidence.gathered_at)


def _are_told(verdict: Verdict, evidence: Evidence, told: Mapping[str, int]) -> None:
    """What is made while the witnesses are asked may not be told yet, and what is told meanwhile not be known yet."""
    differing = verdict.count("letters and calls of which notify and the stream differ", is_needed=False)
    known = {paper.key: paper.status for paper in evidence.papers}
    fresh = {each.key for each in evidence.papers if each.committed and each.committed > evidence.gathered_at - TELLING}
    ever = {field_of(each, "key") for each in evidence.told(e.LetterPrepared.type, e.TaskOpened.type)}
    for key in sorted(told.keys() | known.keys()):
        fine = key in known and (key in ever or key in fresh or known[key] not in STANDING)
        what = f"{key} is {known.get(key, 'unknown')} at notify, {'told' if key in told else 'not told'} in the stream"
        differing.check(fine, invoice_of(key), what)
