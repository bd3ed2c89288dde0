"""What fell on the stack, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from tests.chaos.strikes import Strike
from tests.chaos.verdict import Death


@dataclass(frozen=True)
class Blow:
    """A strike as it fell, in real time; `hit` are the processes that ran then and were killed.

    `effect`: what else came of it, empty when nothing did.
    """

    at: datetime
    strike: Strike
    hit: tuple[str, ...] = ()
    effect: str = ""

    @property
    def had_effect(self) -> bool:
        return bool(self.hit or self.effect)

    @property
    def deaths(self) -> list[Death]:
        return [Death(self.at, name) for name in self.hit]
