"""The invariants of docs/operating.md, each judged from the evidence: how much was checked, and what is broken."""

from collections.abc import Callable, Iterator, Mapping

from tests.chaos.evidence import Evidence
from tests.chaos.numbers import numbers_are_whole
from tests.chaos.payments import every_payment_has_an_outcome
from tests.chaos.progress import every_overdue_invoice_is_followed, work_went_on
from tests.chaos.reminders import each_step_acts_once, no_reminder_after_payment
from tests.chaos.silence import DidNotAnswer, Silence
from tests.chaos.verdict import Offence, Setting, Verdict

INVARIANTS: Mapping[str, Callable[[Evidence, Setting], Verdict]] = {
    "I1": no_reminder_after_payment,
    "I2": each_step_acts_once,
    "I3": every_overdue_invoice_is_followed,
    "I4": every_payment_has_an_outcome,
    "I5": numbers_are_whole,
    "I6": work_went_on,
}


def judge(evidence: Evidence, setting: Setting) -> dict[str, Verdict]:
    verdicts = {name: _judged(invariant, evidence, setting) for name, invariant in INVARIANTS.items()}
    _everyone_answers(verdicts["I6"], evidence)
    _everyone_is_back(verdicts["I6"], setting)
    return verdicts


def _judged(invariant: Callable[[Evidence, Setting], Verdict], evidence: Evidence, setting: Setting) -> Verdict:
    """Not at all where a witness did not answer whose word is needed: what nobody told of looks like what is lost."""
    try:
        return invariant(evidence, setting)
    except DidNotAnswer as silence:
        verdict = Verdict("not judged")
        verdict.count(f"what needs the word of {silence.witness}")
        return verdict


def _everyone_answers(verdict: Verdict, evidence: Evidence) -> None:
    count = verdict.count("witnesses who do not answer after the last restart")
    for word in evidence.words.values():
        silence = word if isinstance(word, Silence) else None
        count.check(silence is None, "", str(silence))


def _everyone_is_back(verdict: Verdict, setting: Setting) -> None:
    count = verdict.count("processes that did not come back")
    for name in setting.processes:
        count.check(name not in setting.down, "", f"{name} did not come back after it was killed")


def unproven(verdicts: Mapping[str, Verdict], *, in_full: bool = False) -> list[str]:
    """A judge who saw nothing finds nothing: what this run did not prove. `in_full`: of a run that is long enough."""
    titles = [(name, title) for name, verdict in verdicts.items() for title in verdict.unproven(in_full=in_full)]
    return [f"{name}: nothing to check for: {title}" for name, title in titles]


def offences(verdicts: Mapping[str, Verdict]) -> Iterator[Offence]:
    for verdict in verdicts.values():
        yield from verdict.offences
