"""The plan of a case: which step comes next, and when. Pure: the workflow and the screens share it."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from contracts.base import Contract, Instant
from contracts.dunning import DunningCase, PlannedStep
from contracts.scenario import Step
from workflows.dunning.calendar import moment_of


class Turn(Contract):
    """The step whose turn it is, those that it supersedes, and the moment of the one after it.

    One that a person asked for has its turn before its moment, and supersedes nothing.
    """

    planned: PlannedStep
    superseded: tuple[PlannedStep, ...] = ()
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


def next_turn(case: DunningCase, *, now: datetime) -> Turn | None:
    """What comes next at the business instant `now`; None when every step is done.

    When several moments have passed, only the last day's steps act, one after the other; those of earlier
    days are superseded. The moment is always counted from the due date, never from now.
    """
    pending = pending_steps(case)
    if not pending:
        return None
    if asked := next((planned for planned in pending if planned.mark in case.asked), None):
        others = [planned for planned in pending if planned != asked]
        return Turn(planned=asked, next_moment=others[0].moment if others else None, is_asked=True)
    due = [planned for planned in pending if planned.moment <= now] or pending[:1]
    (acting, *_), superseded = told_apart(case, due)
    later = [planned for planned in pending if planned != acting and planned not in superseded]
    return Turn(planned=acting, superseded=superseded, next_moment=later[0].moment if later else None)


def told_apart(
    case: DunningCase, due: Sequence[PlannedStep]
) -> tuple[tuple[PlannedStep, ...], tuple[PlannedStep, ...]]:
    """Of the steps that have come due (at least one): those that act, of the last day, and those superseded."""
    last_day = max(day_of(case, planned) for planned in due)
    acting = tuple(planned for planned in due if day_of(case, planned) == last_day)
    return acting, tuple(planned for planned in due if day_of(case, planned) < last_day)


def after(case: DunningCase, turn: Turn) -> DunningCase:
    """The case once the turn's step, and those that it superseded, need no more work."""
    marks = [planned.mark for planned in (*turn.superseded, turn.planned)]
    done = (*case.done, *(mark for mark in marks if mark not in case.done))
    return answered(case.model_copy(update={"done": done}), turn)


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
