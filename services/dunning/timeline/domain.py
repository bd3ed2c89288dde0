"""What a case would do from now on, if nothing else happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.dunning import DunningCase, PlannedStep
from contracts.scenario import StepKind
from workflows.dunning.calendar import next_contact
from workflows.dunning.plan import pending_steps, told_apart


class Prospect(StrEnum):
    PLANNED = "planned"
    ASKED = "asked"  # a person wants it now
    SUPERSEDED = "superseded"  # a later step will have come due
    WAITING = "waiting"  # nobody knows when the case goes on
    DONE = "done"


@dataclass(frozen=True)
class Expected:
    """`at`: when the step acts, None where it does not or nobody knows."""

    planned: PlannedStep
    prospect: Prospect
    at: datetime | None = None


def forecast(case: DunningCase, *, now: datetime, wakes_at: datetime | None) -> Iterator[Expected]:
    """The steps to come, in order. `wakes_at`: when what holds the case ends; None until someone lifts it.

    Foreseen are the calendar, the hours of contact and the holds; not the balance, nor other invoices' contacts.
    """
    pending = list(pending_steps(case))
    for step in [each for each in pending if each.mark in case.asked]:
        pending.remove(step)
        yield Expected(step, Prospect.ASKED, now)
    if wakes_at is None:
        yield from (Expected(step, Prospect.WAITING) for step in pending)
        return
    at = max(now, wakes_at)
    while pending:
        at = _acts(case, pending[0], at)
        due = [step for step in pending if step.moment <= at]
        acting, superseded = told_apart(case, due)
        yield from (Expected(step, Prospect.SUPERSEDED) for step in superseded)
        yield from (Expected(step, Prospect.PLANNED, at) for step in acting)
        pending = pending[len(due) :]


def _acts(case: DunningCase, step: PlannedStep, at: datetime) -> datetime:
    moment = max(at, step.moment)
    return moment if step.step.kind is StepKind.EVENT else next_contact(moment, case.calendar)
