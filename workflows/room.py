"""How many may act at once: fewer while they come too late, as many as fit while they do not. See
docs/decisions/0027-fewer-steps-act-at-once-while-they-are-late.md."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

WAITS_S = 15.0
"""After so long one goes in all the same: an attempt has a minute, and who was in may hang."""


@dataclass
class Place:
    """Of one who is in. `halved`: how often the room had been halved when they came."""

    halved: int
    is_late: bool = False


class Room:
    """Whoever must end within a moment after what they read holds the others up: on a machine that is too slow for all
    of them at once nobody ends in time, each tries again, and nothing moves.

    As TCP does with what is lost: half as much room after one was too late, one more after as many as are in were in
    time. Those who were in together and are all late halve it once.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = float(most)
        self.inside = 0
        self.halved = 0
        self._left = asyncio.Condition()

    @asynccontextmanager
    async def entered(self) -> AsyncIterator[Place]:
        """Once there is room. Who ends too late sets `is_late`."""
        async with self._left:
            with suppress(TimeoutError):
                async with asyncio.timeout(WAITS_S):
                    await self._left.wait_for(self._has_room)
            self.inside += 1
        place = Place(self.halved)
        try:
            yield place
            self._learn(place)
        finally:
            self.inside -= 1
            async with self._left:
                self._left.notify_all()

    def _has_room(self) -> bool:
        return self.inside < int(self.size)

    def _learn(self, place: Place) -> None:
        if not place.is_late:
            self.size = min(float(self.most), self.size + 1 / self.size)
        elif place.halved == self.halved:
            self.size, self.halved = max(1.0, self.size / 2), self.halved + 1
