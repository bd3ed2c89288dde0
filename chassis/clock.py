"""The clock at the edge: the one place that asks the machine for the time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request

from contracts.clock import Clock


def real_now() -> datetime:
    """Technical time: timeouts, leases, freshness. Never scaled."""
    return datetime.now(UTC)


class Now:
    """Call it for the current business time."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()

    def __call__(self) -> datetime:
        return self.clock.business(real_now())

    def ago(self, span: timedelta) -> datetime:
        """What business time it was a real `span` ago."""
        return self.clock.business(real_now() - span)


async def of_the_app(request: Request) -> Now:
    """Not a plain function, which FastAPI would send to a thread and wait for."""
    now: Now = request.app.state.now
    return now


CurrentClock = Annotated[Now, Depends(of_the_app)]


RealTime = Callable[[], datetime]


def real_time_of_the_app(request: Request) -> RealTime:
    real: RealTime = request.app.state.real_now
    return real


RealClock = Annotated[RealTime, Depends(real_time_of_the_app)]
"""For what expires in technical time, such as sessions."""
