"""How long one waits after so many attempts in vain."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.problems import DomainError
from services.identity.throttle.models import Target

FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Allowance:
    """`free` attempts cost nothing; each further one locks twice as long as the one before, up to `longest`."""

    free: int
    first: timedelta
    longest: timedelta

    def delay(self, failures: int) -> timedelta:
        """How long nobody may try after this many attempts."""
        if failures <= self.free:
            return timedelta(0)
        doublings = min(failures - self.free - 1, 30)
        doubled: timedelta = self.first * 2**doublings
        return min(doubled, self.longest)


ALLOWANCES = {
    Target.ACCOUNT: Allowance(free=4, first=timedelta(seconds=2), longest=timedelta(minutes=15)),
    # several people share an address behind one router
    Target.ADDRESS: Allowance(free=29, first=timedelta(seconds=2), longest=timedelta(minutes=15)),
    # those that were begun at the identity provider and not finished
    Target.PROVIDER: Allowance(free=50, first=timedelta(seconds=2), longest=timedelta(minutes=15)),
    Target.RESET: Allowance(free=2, first=timedelta(minutes=1), longest=timedelta(hours=1)),
}


class TooManyAttempts(DomainError):
    status = 429

    def __init__(self, wait: timedelta) -> None:
        self.seconds = max(1, math.ceil(wait.total_seconds()))
        super().__init__(f"Too many attempts; try again in {self.seconds} s.")

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.seconds)}


def wait_of(locked_until: datetime, *, now: datetime) -> timedelta:
    return max(locked_until - now, timedelta(0))
