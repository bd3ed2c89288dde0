"""Business time as a function of real time.

In production business time is real time. On the local stack it may run faster: a day a second shows a
scenario of sixty days in a minute. Technical time (timeouts, retries, freshness) is never scaled.
"""

from datetime import UTC, datetime, timedelta

from pydantic import Field

from contracts.base import Contract, Instant

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Clock(Contract):
    """At the real instant `started` it is the business instant `origin`; `speed` business seconds a second."""

    origin: Instant = EPOCH
    started: Instant = EPOCH
    speed: float = Field(default=1.0, gt=0, le=10_000_000)

    def business(self, real: datetime) -> datetime:
        """The business instant at the real instant `real`."""
        return self.origin + (real - self.started) * self.speed

    def real(self, business: datetime) -> datetime:
        """The real instant at which it is `business`."""
        return self.started + (business - self.origin) / self.speed

    def real_span(self, span: timedelta) -> timedelta:
        """How long one really waits for a span of business time."""
        return span / self.speed
