"""What a case would do from now on, if nothing else happened."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.dunning import DunningCase, PlannedStep
from contracts.scenario import StepKind
from workflows.dunning.calendar import next_contact
from workflows.dunning.plan import first_to_act, pending_steps


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
    found = _walk(case, pending, max(now, wakes_at))
    yield from (found[step.mark] for step in pending)


def _walk(case: DunningCase, steps: Sequence[PlannedStep], at: datetime) -> dict[str, Expected]:
    """What becomes of each step, by its mark, as the workflow goes from one to the next and each acts."""
    found: dict[str, Expected] = {}
    while left := [step for step in steps if step.mark not in found]:
        due = [step for step in left if step.moment <= at] or left[:1]
        acting, superseded = first_to_act(case, due)
        moment = _acts(case, acting, at)
        if moment > at:  # what comes due until then may supersede it
            at = moment
            continue
        found |= {step.mark: Expected(step, Prospect.SUPERSEDED) for step in superseded}
        found[acting.mark] = Expected(acting, Prospect.PLANNED, at)
    return found


def _acts(case: DunningCase, step: PlannedStep, at: datetime) -> datetime:
    moment = max(at, step.moment)
    return moment if step.step.kind is StepKind.EVENT else next_contact(moment, case.calendar)
