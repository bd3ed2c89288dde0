"""What a run is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chassis.clock import real_now
from contracts.clock import Clock
from deploy.local.catalogue import SERVICES

ORIGIN = datetime(2026, 3, 2, tzinfo=UTC)
"""A Monday, so that the same seed meets the same weekends."""
COPIED = (*SERVICES, *(f"{name}-worker" for name in SERVICES), "workflows")
STARTING_S = 45.0
SHORT_MINUTES = 2
LONG_ENOUGH_S = 600.0
"""Real seconds in which each family of faults meets something."""
FEWEST_DAYS = 50
"""Of a long run: the life of an invoice takes a third of them, and in the others all of them are issued."""
RECOVERY_S, RECOVERY_DAYS = 60.0, 7.5
"""From the last restart until what came due meanwhile is done: real seconds in which no process is stuck, and days with
a weekend among them, for what waits for its hours of contact."""
SHORT_DAY_S, DAY_S = 2.5, 8.0
"""A day has its hours of contact: in a long run, with hundreds of cases, a step that waited for them must find them
still open when its turn comes on a machine that is busy."""


@dataclass(frozen=True)
class Options:
    """`day` and `held` are real seconds; `starting`: from the first process to the first business day. `pace`: how many
    times as long as usual the stack is let alone between two kills.
    """

    data_dir: Path
    seed: int
    invoices: int
    seconds: float
    day: float
    starting: float
    held: float
    staleness: float
    copied: Sequence[str]
    pace: float = 1.0

    @property
    def by_events_alone(self) -> bool:
        """Whether the reconciliation is held back, which would mend what an event has lost before anybody looks.

        With an odd seed it runs, a hundred times as often as in production: what it does must be right too.
        """
        return self.seed % 2 == 0

    @property
    def clock(self) -> Clock:
        return Clock(origin=ORIGIN, started=real_now() + timedelta(seconds=self.starting), speed=86_400 / self.day)

    @property
    def is_long(self) -> bool:
        return self.seconds >= LONG_ENOUGH_S

    @property
    def recovery(self) -> timedelta:
        """Real time."""
        return timedelta(seconds=max(RECOVERY_S, RECOVERY_DAYS * self.day))

    @property
    def ends(self) -> datetime:
        """The business instant of the portfolio's end: the same whenever the stack is up."""
        return ORIGIN + timedelta(seconds=self.seconds / self.day * 86_400)


def options_of(*, seed: int, invoices: int, minutes: float, data_dir: Path, pace: float = 1.0) -> Options:
    """A second copy of everything that is ours. A short run has shorter days and holds payments back less long; where
    processes start slowly the days of a long one are longer, and so is the age at which a balance is stale.
    """
    seconds, is_short = minutes * 60, minutes <= SHORT_MINUTES
    long_day = min(DAY_S * pace, max(DAY_S, seconds / FEWEST_DAYS))
    return Options(
        data_dir=data_dir,
        seed=seed,
        invoices=invoices,
        seconds=seconds,
        day=SHORT_DAY_S if is_short else long_day,
        starting=STARTING_S,
        held=seconds / 6 if is_short else min(150, seconds / 4),
        staleness=5 if is_short else 20 * long_day / DAY_S,
        copied=COPIED,
        pace=pace,
    )
