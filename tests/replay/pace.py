"""How fast the clock of a replay runs, and when the machine is too slow for it."""

from datetime import timedelta

DAY = 86_400.0
FASTEST, SLOWEST = 4 * DAY, DAY / 4
"""Business seconds a second, between which the fastest clock that the machine holds is looked for."""
HELD = timedelta(days=2.5)
"""Business time by which an act may come late, unless a kill held it up: the judge takes two days either way."""


class ClockNotHeld(Exception):
    """The machine is too slow for the clock, so that what is seen says nothing of the product."""

    def __init__(self, speed: float, late: timedelta) -> None:
        days = f"{speed / DAY:g} business days a second"
        super().__init__(f"At {days} this machine is late by {late / timedelta(days=1):.1f} business days.")
