"""How long one waits after so many attempts in vain, and how they are forgotten."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chassis.problems import DomainError
from services.identity.throttle.models import Target

FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Allowance:
    """`free` attempts cost nothing; each further one locks twice as long as the one before, up to `longest`.

    Attempts are forgotten one by one, `free` of them a day: what people mistype does not add up.
    """

    free: int
    first: timedelta
    longest: timedelta

    @property
    def forgets_each(self) -> timedelta:
        return FORGOTTEN_AFTER / self.free

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
    # those of the console's pages, of one person: who asks for page after page cannot fill the audit
    Target.REFUSAL: Allowance(free=50, first=timedelta(seconds=2), longest=timedelta(minutes=15)),
    Target.RESET: Allowance(free=2, first=timedelta(minutes=1), longest=timedelta(hours=1)),
}


@dataclass(frozen=True)
class Count:
    """Attempts that are not forgotten; those up to `last_at` were. While there is one, no attempt moves that on."""

    failures: int
    last_at: datetime
    locked_until: datetime


class TooManyAttempts(DomainError):
    """`kind` is what is locked; `is_told`: the audit knows of this lock."""

    status = 429

    def __init__(self, wait: timedelta, kind: Target, *, is_told: bool) -> None:
        self.kind, self.is_told = kind, is_told
        self.seconds = max(1, math.ceil(wait.total_seconds()))
        super().__init__(f"Too many attempts; try again in {self.seconds} s.")

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.seconds)}


def wait_of(count: Count, allowance: Allowance, *, now: datetime) -> timedelta:
    """Nothing while the attempts are free, though one of a moment later may have come in before this one."""
    if count.failures <= allowance.free:
        return timedelta(0)
    return max(count.locked_until - now, timedelta(0))


def with_one_more(count: Count, allowance: Allowance, *, now: datetime) -> Count:
    """After an attempt at `now`, when nothing is locked."""
    count = _forgotten(count, allowance, now=now)
    failures = count.failures + 1
    return replace(count, failures=failures, locked_until=now + allowance.delay(failures))


def with_one_back(count: Count, allowance: Allowance, *, taken_at: datetime) -> Count:
    """As if the attempt of `taken_at` had not been made; the others stay, with what the last of them locks."""
    failures = max(count.failures - 1, 0)
    last = _last_attempt(count, allowance)
    # before an attempt nothing is locked, or it would have been refused
    locked_until = taken_at if last <= taken_at else last + allowance.delay(failures)
    return replace(count, failures=failures, locked_until=locked_until)


def _forgotten(count: Count, allowance: Allowance, *, now: datetime) -> Count:
    """Without those of which the time is over: all of them after a day without an attempt."""
    periods = max((now - count.last_at) // allowance.forgets_each, 0)
    if periods >= count.failures or now - _last_attempt(count, allowance) > FORGOTTEN_AFTER:
        return replace(count, failures=0, last_at=now)
    last_at = count.last_at + periods * allowance.forgets_each
    return replace(count, failures=count.failures - periods, last_at=last_at)


def _last_attempt(count: Count, allowance: Allowance) -> datetime:
    """Its lock tells when it was."""
    return count.locked_until - allowance.delay(count.failures)
