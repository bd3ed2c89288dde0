"""While a history is played, processes are killed at random; what each kill held up is known to the judge."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chassis.clock import real_now
from contracts.clock import Clock
from deploy.local.program import CannotStart
from deploy.local.stack import Stack
from deploy.local.state import Condition
from tests.replay.expectation import Outage

BACK_WITHIN_S = 120.0
ASKED_AGAIN = frozenset({"billing", "dunning", "notify", "mailbox"})
"""Those that a step asks. It asks again after 1, 2, 4, 8, then every 15 s."""
ON_THE_PATH = ASKED_AGAIN | {"postgres", "nats", "temporal", "billing-worker", "dunning-worker", "workflows"}
"""Without one of these an e-mail or a payment comes late.

Nothing waits for the others: quotes, identity (tokens are checked with keys that everyone has) and the console take no
part in it, and notify's worker withdraws what is planned and sweeps up after what has left.
"""
LONGEST_RETRY = timedelta(seconds=15)
AT_WORK = timedelta(seconds=5)
"""Real time that what was asked again takes, with all that comes due at the same time."""
CAUGHT_UP = timedelta(seconds=20)
"""Real time after any other process is back until what it had at hand has been given to another one.

The longest is a message of the bus, for which 15 s are waited; an activity waits for 12 s.
"""
LAST = timedelta(seconds=30)
"""Real time at the end in which nothing is killed."""


@dataclass(frozen=True)
class Kill:
    """From the kill of a process until it was back, in real time."""

    name: str
    at: datetime
    back: datetime


def delays(kills: Sequence[Kill]) -> list[tuple[datetime, datetime]]:
    """From when to when, in real time, a kill may have held up an e-mail or a payment; they do not overlap.

    A kill of a process that none of them needs holds up nothing. One that falls into a delay prolongs it: what is held
    up then may be so again.
    """
    found: list[tuple[datetime, datetime]] = []
    for kill in sorted((kill for kill in kills if kill.name in ON_THE_PATH), key=lambda kill: kill.at):
        begin, end = found.pop() if found and kill.at <= found[-1][1] else (kill.at, kill.at)
        found.append((begin, max(end, kill.back + _taken_up(kill, kill.back - begin))))
    return found


def _taken_up(kill: Kill, waited: timedelta) -> timedelta:
    """How long after the process was back its work goes on, at the latest.

    Whoever asks again waits each time as long as it has waited in all.
    """
    return min(waited, LONGEST_RETRY) + AT_WORK if kill.name in ASKED_AGAIN else CAUGHT_UP


def outages(kills: Sequence[Kill], clock: Clock) -> list[Outage]:
    """The delays in business days."""
    return [outage(clock, begin, end) for begin, end in delays(kills)]


def outage(clock: Clock, begin: datetime, end: datetime) -> Outage:
    return Outage(clock.business(begin).date(), clock.business(end).date())


@dataclass
class Killer:
    """SIGKILL to `per_minute` processes a minute, each kind before any a second time."""

    stack: Stack
    per_minute: float
    seed: int
    kills: list[Kill] = field(default_factory=list)
    down: set[str] = field(default_factory=set)

    def holds_up(self, now: datetime) -> bool:
        """Whether something that acts or steps need is down, or was so a moment ago; `now` is real time."""
        return bool(self.down & ON_THE_PATH) or any(now < end for _, end in delays(self.kills))

    async def strike(self, begin: datetime, end: datetime) -> None:
        """From `begin` to `end`, real time. Raises CannotStart when a process does not come back."""
        processes = [name for name, child in self.stack.supervisor.children.items() if not child.program.is_job]
        async with asyncio.TaskGroup() as group:
            for at, name in plan(self.seed, processes, begin=begin, end=end - LAST, per_minute=self.per_minute):
                await asyncio.sleep((at - real_now()).total_seconds())
                group.create_task(self._kill(name))

    async def _kill(self, name: str) -> None:
        child = self.stack.supervisor.children[name]
        restarts, at = child.restarts, real_now()
        self.down.add(name)
        self.stack.kill(name)
        try:
            async with asyncio.timeout(BACK_WITHIN_S):
                while child.restarts == restarts or child.condition is not Condition.READY:
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise CannotStart(f"{name} was not back {BACK_WITHIN_S:.0f} s after it was killed") from None
        self.down.discard(name)
        self.kills.append(Kill(name, at, real_now()))


def shortest(per_minute: float) -> timedelta:
    """How long, in real time, a run lasts at least in which something is killed whatever the seed."""
    return timedelta(minutes=1) / per_minute + LAST


def plan(
    seed: int, processes: Sequence[str], *, begin: datetime, end: datetime, per_minute: float
) -> Iterator[tuple[datetime, str]]:
    """When which process is killed: once in each span, at a random instant of it. The seed alone decides.

    Each kind comes once in a round, and a round begins with one on the path: a short run has no more than a few.
    """
    chance = random.Random(f"replay {seed}")
    span, waiting = timedelta(minutes=1) / per_minute, list[str]()
    while begin < end:
        waiting = waiting or _round(chance, processes)
        at, name = begin + span * chance.random(), waiting.pop()
        if at < end:
            yield at, name
        begin += span


def _round(chance: random.Random, processes: Sequence[str]) -> list[str]:
    """Each process once, to be taken from the end."""
    drawn = chance.sample(sorted(processes), len(processes))
    first = next((name for name in reversed(drawn) if name in ON_THE_PATH), drawn[-1])
    drawn.remove(first)
    return [*drawn, first]
