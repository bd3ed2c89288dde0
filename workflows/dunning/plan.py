"""The plan of a case: which step comes next, and when. Pure: the workflow and the screens share it."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from contracts.base import Contract, Instant
from contracts.dunning import Decision, DunningCase, Outcome, PlannedStep, StepTurn
from contracts.scenario import Step, StepKind
from workflows.dunning.calendar import moment_of

REACHED = (Outcome.CARRIED_OUT, Outcome.UNCERTAIN)
"""The step did what it is for, or may have: the customer was contacted, the event published."""


class Turn(Contract):
    """The step whose turn it is, those that it supersedes, and the moment of the one after it.

    One that a person asked for has its turn before its moment, and supersedes nothing.
    """

    planned: PlannedStep
    superseded: tuple[PlannedStep, ...] = ()
    superseded_if_reached: bool = True
    next_moment: Instant | None
    is_asked: bool = False


def planned_steps(case: DunningCase) -> tuple[PlannedStep, ...]:
    """Every step of the scenario at its moment, in order, done or not; a repeating step once an occurrence."""
    return tuple(
        PlannedStep(step=step, occurrence=number, moment=moment_of(day, case.calendar))
        for day, step, number in sorted(_occurrences(case), key=lambda occurrence: occurrence[0])
    )


def pending_steps(case: DunningCase) -> tuple[PlannedStep, ...]:
    """Those that a case still has before it, in order."""
    return tuple(planned for planned in planned_steps(case) if planned.mark not in case.done)


def next_turn(case: DunningCase, *, now: datetime, as_before: bool = False) -> Turn | None:
    """What comes next at the business instant `now`; None when every step is done.

    When several moments have passed, of the contacts only the last day's act, one after the other; those of
    earlier days are superseded. The moment is always counted from the due date, never from now. `as_before`: by the
    rule that workflows may have begun with (decision 0024).
    """
    pending = pending_steps(case)
    if not pending:
        return None
    if asked := next((planned for planned in pending if planned.mark in case.asked), None):
        others = [planned for planned in pending if planned != asked]
        return Turn(planned=asked, next_moment=others[0].moment if others else None, is_asked=True)
    due = [planned for planned in pending if planned.moment <= now] or pending[:1]
    acting, superseded = _first_of_last_day(case, due) if as_before else first_to_act(case, due)
    later = [planned for planned in pending if planned != acting and planned not in superseded]
    return Turn(
        planned=acting,
        superseded=superseded,
        superseded_if_reached=not as_before,
        next_moment=later[0].moment if later else None,
    )


def first_to_act(case: DunningCase, due: Sequence[PlannedStep]) -> tuple[PlannedStep, tuple[PlannedStep, ...]]:
    """Of the steps that have come due (at least one, in order): whose turn it is, and what it supersedes.

    Contacts of earlier days than that of the last one are superseded by it. An event contacts nobody: it supersedes
    nothing, nothing supersedes it, and it acts after what the scenario names before it.
    """
    contacts = [planned for planned in due if planned.step.kind is not StepKind.EVENT]
    last_day = max((day_of(case, planned) for planned in contacts), default=date.min)
    superseded = tuple(planned for planned in contacts if day_of(case, planned) < last_day)
    acting = next(planned for planned in due if planned not in superseded)
    return acting, superseded if acting in contacts else ()


def _first_of_last_day(case: DunningCase, due: Sequence[PlannedStep]) -> tuple[PlannedStep, tuple[PlannedStep, ...]]:
    """As it was before decision 0024: events and contacts superseded each other."""
    last_day = max(day_of(case, planned) for planned in due)
    acting = next(planned for planned in due if day_of(case, planned) == last_day)
    return acting, tuple(planned for planned in due if day_of(case, planned) < last_day)


def differs(turn: Turn | None, other: Turn | None) -> bool:
    """Whether another step has its turn, or other steps are superseded."""
    return (
        turn is not None
        and other is not None
        and ((turn.planned, turn.superseded) != (other.planned, other.superseded))
    )


def after(case: DunningCase, turn: Turn, decision: Decision) -> DunningCase:
    """The case after a decision on the turn, which is asked for no more."""
    marks = [planned.mark for planned in settled_by(turn, decision)]
    done = (*case.done, *(mark for mark in marks if mark not in case.done))
    return answered(case.model_copy(update={"done": done}), turn)


def settled_by(turn: Turn | StepTurn, decision: Decision) -> tuple[PlannedStep, ...]:
    """What needs no more work after a decision on a turn: its step, the last one, once the decision is final.

    Before it those that it superseded. Where it reached nobody they keep their turn: the one before it is tried.
    """
    if not is_final(decision):
        return ()
    if turn.superseded_if_reached and decision.outcome not in REACHED:
        return (turn.planned,)
    return (*turn.superseded, turn.planned)


def is_final(decision: Decision) -> bool:
    """Whether the step needs no more work: one that was left out since the case ends is due again if it reopens."""
    return decision.outcome is not Outcome.DEFERRED and decision.closes is None


def answered(case: DunningCase, turn: Turn) -> DunningCase:
    """The case once a step that was asked for had its attempt, whatever came of it."""
    return case.model_copy(update={"asked": tuple(mark for mark in case.asked if mark != turn.planned.mark)})


def day_of(case: DunningCase, planned: PlannedStep) -> date:
    """The calendar day that the scenario names, before it is moved to a working day."""
    return _day(case.due_date, planned.step, planned.occurrence)


def days_after_due(step: Step, occurrence: int) -> int:
    """Calendar days from the due date to the day that the scenario names; negative before it."""
    return step.days + (step.repeat.every_days if step.repeat else 0) * (occurrence - 1)


def _day(due: date, step: Step, occurrence: int) -> date:
    return due + timedelta(days=days_after_due(step, occurrence))


def _occurrences(case: DunningCase) -> Iterator[tuple[date, Step, int]]:
    for step in case.scenario.steps:
        for occurrence in range(1, (step.repeat.times if step.repeat else 1) + 1):
            yield _day(case.due_date, step, occurrence), step, occurrence
