"""Links that the relay does not take for now."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

SHORTEST, LONGEST = timedelta(seconds=2), timedelta(minutes=5)
KEPT = timedelta(hours=1)


@dataclass(frozen=True)
class Refusals:
    count: int
    until: datetime


@dataclass
class Waiting:
    """In the memory of one worker: another one, or the next, asks the relay once more."""

    links: dict[UUID, Refusals] = field(default_factory=dict)

    def refused(self, link: UUID, *, now: datetime) -> None:
        """It waits for twice as long as the time before. Those that nobody tries any more are forgotten."""
        count = self.links[link].count + 1 if link in self.links else 1
        wait = min(SHORTEST * 2 ** min(count - 1, 10), LONGEST)
        self.links = {each: known for each, known in self.links.items() if now - known.until < KEPT}
        self.links[link] = Refusals(count, now + wait)

    def at(self, now: datetime) -> Collection[UUID]:
        return [each for each, known in self.links.items() if now < known.until]
