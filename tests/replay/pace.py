"""How fast the clock of a replay runs, and when the machine is too slow for it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from contracts.clock import Clock
from deploy.local.program import CannotStart
from tests.replay.kills import shortest
from tests.replay.report import Replay

DAY = 86_400.0
FASTEST, SLOWEST = 4 * DAY, DAY / 4
"""Business seconds a second, between which the fastest clock that the machine holds is looked for.

No higher one is tried: the judge takes two days either way, which are half a second here. With less, nobody could tell
a fault from a step or a payment that has waited for its turn beside others.
"""
STARTING = timedelta(seconds=75)
"""Real time from the start of the processes to the first business day."""
HELD = timedelta(days=1.5)
"""Business time by which an act may come late, unless a kill held it up: the rest of the two days that the judge takes
either way is for what follows from the act."""


class ClockNotHeld(Exception):
    """The machine is too slow for the clock, so that what is seen says nothing of the product."""

    def __init__(self, speed: float, late: timedelta) -> None:
        days = f"{speed / DAY:g} business days a second"
        super().__init__(f"At {days} this machine is late by {late / timedelta(days=1):.1f} business days.")


class NoRoomForKills(Exception):
    """The run is over before something is killed for certain, and would prove nothing."""

    def __init__(self, kills: float, highest: float) -> None:
        wanted = f"With KILLS={kills:g} a run must last {shortest(kills).total_seconds():.0f} s"
        super().__init__(f"{wanted}: choose SPEED={int(highest)} or less for this file, or SPEED=fastest.")


def up_in_time(clock: Clock, now: datetime) -> None:
    """Raises CannotStart when the clock has begun so long before the stack was up that the first acts come too late.

    A slower clock is no remedy for a slow start. `now` is real time.
    """
    late = now - clock.started
    if late > clock.real_span(HELD):
        planned = (
            f"{STARTING.total_seconds():.0f} s are planned for its start, and it took {late.total_seconds():.0f} more"
        )
        raise CannotStart(
            f"The stack was up too late for the first day: {planned}. Start it where less runs beside it."
        )


def highest(length: timedelta, kills: float) -> float:
    """The fastest clock that is tried; with kills, none at which this business `length` has no room for one.

    The stack may be up later than planned, by as much as an act may be late.
    """
    return min(FASTEST, (length - HELD) / shortest(kills)) if kills else FASTEST


def at_the_fastest(attempt: Callable[[float], Replay], speed: float, tell: Callable[[str], None]) -> Replay:
    """Begin at this `speed`, and anew at half of it as soon as the machine is late. Raises ClockNotHeld."""
    tell(f"Begins at {speed / DAY:g} business days a second, the most that is tried.")
    while True:
        try:
            return attempt(speed)
        except ClockNotHeld as error:
            if speed <= SLOWEST:
                raise
            speed /= 2
            tell(f"{error} Again at {speed / DAY:g}.")
