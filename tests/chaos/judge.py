"""The invariants of docs/operating.md, each judged from the evidence: how much was checked, and what is broken."""

from collections.abc import Iterator, Mapping

from tests.chaos.evidence import Evidence
from tests.chaos.numbers import numbers_are_whole
from tests.chaos.payments import every_payment_has_an_outcome
from tests.chaos.progress import every_overdue_invoice_is_followed, work_went_on
from tests.chaos.reminders import each_step_acts_once, no_reminder_after_payment
from tests.chaos.verdict import Offence, Setting, Verdict


def judge(evidence: Evidence, setting: Setting) -> dict[str, Verdict]:
    return {
        "I1": no_reminder_after_payment(evidence, setting),
        "I2": each_step_acts_once(evidence, setting),
        "I3": every_overdue_invoice_is_followed(evidence, setting),
        "I4": every_payment_has_an_outcome(evidence, setting),
        "I5": numbers_are_whole(evidence, setting),
        "I6": work_went_on(evidence, setting),
    }


def unproven(verdicts: Mapping[str, Verdict], *, in_full: bool = False) -> list[str]:
    """A judge who saw nothing finds nothing: what this run did not prove. `in_full`: of a run that is long enough."""
    titles = [(name, title) for name, verdict in verdicts.items() for title in verdict.unproven(in_full=in_full)]
    return [f"{name}: nothing to check for: {title}" for name, title in titles]


def offences(verdicts: Mapping[str, Verdict]) -> Iterator[Offence]:
    for verdict in verdicts.values():
        yield from verdict.offences
