"""What a figure is: two ways to do one thing, ours and the least that could be done, measured in turns."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from chassis.clock import real_now
from tests.bench.measure import Entry, Goal, Round

Tell = Callable[[str], None]
Sample = Mapping[str, float]
"""What one round of one side measured: a number for each line of the figure."""


@dataclass(frozen=True)
class Bench:
    """What a figure is given: a directory of its own for the data of its servers, and someone to tell how it goes."""

    directory: Path
    tell: Tell


@dataclass(frozen=True)
class Sides:
    """Each takes the number of the round, from 0 on, and gives a number for each line of the figure."""

    ours: Callable[[int], Awaitable[Sample]]
    floor: Callable[[int], Awaitable[Sample]]


@dataclass(frozen=True)
class Line:
    """One line of a figure in the table."""

    name: str
    unit: str
    goal: Goal


@dataclass(frozen=True)
class Figure:
    """`opened` starts the servers and warms both sides up. `most_rounds`: more would measure nothing more."""

    name: str
    lines: Sequence[Line]
    floor: str
    opened: Callable[[Bench], AbstractAsyncContextManager[Sides]]
    most_rounds: int = 100

    async def measure(self, bench: Bench, rounds: int) -> list[Entry]:
        """In turns, and whoever went first goes second in the next round: what drifts hits both alike."""
        pairs: list[tuple[Sample, Sample]] = []
        async with self.opened(bench) as sides:
            for number in range(min(rounds, self.most_rounds)):
                pairs.append(await _in_turns(sides, number))
                bench.tell(f"round {number + 1}: {self._said(pairs[-1])}")
        at = real_now()
        return [
            Entry(
                line.name,
                line.unit,
                line.goal,
                [Round(ours[line.name], floor[line.name]) for ours, floor in pairs],
                self.floor,
                at,
            )
            for line in self.lines
        ]

    def _said(self, pair: tuple[Sample, Sample]) -> str:
        ours, floor = pair
        return ", ".join(
            f"{line.name} ours {ours[line.name]:.4g}, floor {floor[line.name]:.4g} {line.unit}" for line in self.lines
        )


async def _in_turns(sides: Sides, number: int) -> tuple[Sample, Sample]:
    if number % 2:
        floor = await sides.floor(number)
        return await sides.ours(number), floor
    ours = await sides.ours(number)
    return ours, await sides.floor(number)
