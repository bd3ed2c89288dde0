"""How often one address may ask without signing in: a bucket of tokens for each, in this process."""

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

from chassis.problems import DomainError

ADDRESSES = 10_000
"""Buckets kept; the one that was not used for longest is forgotten first."""


class TooManyRequests(DomainError):
    status = 429

    def __init__(self, wait: float) -> None:
        self.wait = max(1, math.ceil(wait))
        super().__init__(f"Too many requests from your address; try again in {self.wait} s.")

    @property
    def headers(self) -> dict[str, str]:
        return {"retry-after": str(self.wait)}


@dataclass
class Bucket:
    tokens: float
    filled_at: datetime


@dataclass
class Limit:
    """`burst` requests at once, then `per_minute`. Times are real."""

    burst: int
    per_minute: float
    buckets: OrderedDict[str, Bucket] = field(default_factory=OrderedDict)

    def take(self, address: str, *, now: datetime) -> None:
        """Raises TooManyRequests when there is nothing left."""
        bucket = self._bucket(address, now)
        if bucket.tokens < 1:
            raise TooManyRequests((1 - bucket.tokens) * 60 / self.per_minute)
        bucket.tokens -= 1

    def _bucket(self, address: str, now: datetime) -> Bucket:
        bucket = self.buckets.setdefault(address, Bucket(self.burst, now))
        self.buckets.move_to_end(address)
        if len(self.buckets) > ADDRESSES:
            self.buckets.popitem(last=False)
        gained = max(0.0, (now - bucket.filled_at).total_seconds()) * self.per_minute / 60
        bucket.tokens, bucket.filled_at = min(self.burst, bucket.tokens + gained), now
        return bucket


@dataclass
class Limits:
    reading: Limit = field(default_factory=lambda: Limit(burst=60, per_minute=60))
    answering: Limit = field(default_factory=lambda: Limit(burst=10, per_minute=10))
