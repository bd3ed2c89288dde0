"""Where the steps of a scenario stand on the axis of days around the due date. Places are in percent of its width."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.scenario import Step

MARGIN = 5.0
APART = 9.5
"""Marks nearer than this stand above each other: on a phone it is the width of a finger."""
TALLEST = 12
LANE, FOOT = 46, 44
"""Heights in pixels: of a row of marks, and of what stands under the axis."""
SHORTEST = 30
EVERY = (1, 5, 10, 15, 30, 60, 90, 180, 365, 730)
MOST_TICKS = 8


@dataclass(frozen=True)
class Mark:
    """`y` counts from the top; `again` are the places of its repetitions, on the axis."""

    step: Step
    x: str
    y: int
    again: Sequence[str]


@dataclass(frozen=True)
class Picture:
    marks: Sequence[Mark]
    ticks: Sequence[tuple[int, str]]
    first: int
    last: int
    due: str
    ground: int
    height: int
    margin: float = MARGIN


def picture_of(steps: Sequence[Step]) -> Picture:
    """From the first to the last day of the scenario, the due date included."""
    days = [0, SHORTEST, *(step.days for step in steps), *(day for step in steps for day in _again(step))]
    first, last = min(days), max(days)

    def place(day: int) -> float:
        return MARGIN + (100 - 2 * MARGIN) * (day - first) / (last - first)

    lanes = _lanes([place(step.days) for step in steps])
    ground = LANE * (max(lanes, default=0) + 1) + 12
    return Picture(
        marks=[
            Mark(
                step,
                f"{place(step.days):.2f}",
                ground - 22 - LANE * lane,
                [f"{place(day):.2f}" for day in _again(step)],
            )
            for step, lane in zip(steps, lanes, strict=True)
        ],
        ticks=[(day, f"{place(day):.2f}") for day in _ticks(first, last)],
        first=first,
        last=last,
        due=f"{place(0):.2f}",
        ground=ground,
        height=ground + FOOT,
    )


def _again(step: Step) -> list[int]:
    if step.repeat is None:
        return []
    return [step.days + step.repeat.every_days * number for number in range(1, step.repeat.times)]


def _lanes(places: Sequence[float]) -> list[int]:
    """The lowest row of each mark in which nothing stands too near before it."""
    ends: list[float] = []
    lanes: list[int] = []
    for place in places:
        free = [number for number, end in enumerate(ends) if place - end >= APART]
        lane = free[0] if free else min(len(ends), TALLEST - 1)
        ends[lane : lane + 1] = [place]
        lanes.append(lane)
    return lanes


def _ticks(first: int, last: int) -> list[int]:
    every = next((each for each in EVERY if (last - first) / each <= MOST_TICKS), EVERY[-1])
    return [day for day in range(first - first % every, last + 1, every) if day >= first and day != 0]
