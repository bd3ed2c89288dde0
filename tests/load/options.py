"""How large a run is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chassis.clock import real_now
from contracts.clock import Clock

SPEED = 720
"""A day of business is two minutes: steps come due at midnight, and the next one is never far. Whatever is issued is
overdue before the run is judged."""
ORIGIN = datetime(2026, 3, 2, tzinfo=UTC)
BEFORE_SHARE = 0.2
"""Of the time of payments: what comes before the wave."""


@dataclass(frozen=True)
class Options:
    """`rate` payment events a second for `seconds`; of the `invoices`, `wave` have a step at one instant."""

    invoices: int
    wave: int
    rate: float
    seconds: float
    data_dir: Path
    build: Path

    @property
    def payments(self) -> int:
        return min(round(self.rate * self.seconds), self.invoices)

    @property
    def paid_before(self) -> timedelta:
        """How long payments flow before the wave."""
        return timedelta(seconds=self.seconds * BEFORE_SHARE)

    @property
    def clock(self) -> Clock:
        return Clock(origin=ORIGIN, started=real_now(), speed=SPEED)
