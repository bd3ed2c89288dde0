"""Numbers of rounds: medians, ratios, their spread, and goals. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from statistics import median
from typing import Any


class Of(StrEnum):
    """What a goal bounds."""

    RATIO = "ratio"
    OURS = "ours"


@dataclass(frozen=True)
class Goal:
    """A bound that the median over the rounds must keep."""

    bound: float
    is_least: bool
    of: Of = Of.RATIO
    unit: str = ""

    @property
    def text(self) -> str:
        """As the tables show it: `ratio >= 0.7`, `ours <= 20 MB`."""
        return f"{self.of} {'>=' if self.is_least else '<='} {self.bound:g} {self.unit}".rstrip()

    @classmethod
    def told(cls, text: str) -> "Goal":
        """What `text` said. Raises ValueError."""
        of, sign, bound, *unit = text.split()
        return cls(float(bound), is_least=sign == ">=", of=Of(of), unit=" ".join(unit))

    def is_met_by(self, value: float) -> bool:
        return value >= self.bound if self.is_least else value <= self.bound


def at_least(bound: float) -> Goal:
    """Of a rate: ours is at least so many times the floor's."""
    return Goal(bound, is_least=True)


def at_most(bound: float) -> Goal:
    """Of a time or a cost: ours is at most so many times the floor's."""
    return Goal(bound, is_least=False)


def no_more_than(bound: float, unit: str) -> Goal:
    """Ours itself is bounded, whatever the floor."""
    return Goal(bound, is_least=False, of=Of.OURS, unit=unit)


@dataclass(frozen=True)
class Round:
    """One after the other, on the same servers."""

    ours: float
    floor: float

    @property
    def ratio(self) -> float | None:
        """None where the floor is nothing."""
        return self.ours / self.floor if self.floor else None


@dataclass(frozen=True)
class Entry:
    """A line of the table: what was measured at `at`, in `unit`, over the rounds, and the goal."""

    name: str
    unit: str
    goal: Goal
    rounds: Sequence[Round]
    floor: str
    """What the floor does and what it leaves out."""
    at: datetime

    @property
    def ours_is(self) -> float:
        return median(each.ours for each in self.rounds)

    @property
    def floor_is(self) -> float:
        return median(each.floor for each in self.rounds)

    @property
    def ratios(self) -> list[float]:
        """One a round, smallest first; where the floor is nothing, the share of the goal that ours uses."""
        return sorted(each.ours / self.goal.bound if (ratio := each.ratio) is None else ratio for each in self.rounds)

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def spread(self) -> tuple[float, float]:
        """The smallest and the largest ratio."""
        return self.ratios[0], self.ratios[-1]

    @property
    def is_met(self) -> bool:
        return self.goal.is_met_by(self.ratio if self.goal.of is Of.RATIO else self.ours_is)

    def as_json(self) -> dict[str, object]:
        low, high = self.spread
        return {
            "ours": _rounded(self.ours_is),
            "floor": _rounded(self.floor_is),
            "ratio": _rounded(self.ratio),
            "goal": self.goal.text,
            "met": self.is_met,
            "unit": self.unit,
            "spread": [_rounded(low), _rounded(high)],
            "rounds": [[_rounded(each.ours), _rounded(each.floor)] for each in self.rounds],
            "floor_is": self.floor,
            "measured_at": self.at.isoformat(timespec="seconds"),
        }

    @classmethod
    def of_json(cls, name: str, written: Any) -> "Entry":
        """The entry that `as_json` wrote. Raises ValueError, KeyError or TypeError when it did not."""
        rounds = [Round(ours, floor) for ours, floor in written["rounds"]]
        goal, at = Goal.told(written["goal"]), datetime.fromisoformat(written["measured_at"])
        return cls(name, written["unit"], goal, rounds, written["floor_is"], at)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed (nearest rank)."""
    if not values or not 0 < share <= 1:
        raise ValueError(f"share: {share} of {len(values)} values; expected 0 to 1 of at least one value")
    return sorted(values)[math.ceil(share * len(values)) - 1]


def _rounded(value: float) -> float:
    """Four significant digits: more would be noise."""
    return float(f"{value:.4g}")
