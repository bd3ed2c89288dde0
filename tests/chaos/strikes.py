"""What is done to the stack and when: drawn from the seed alone, so that a run can be repeated."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.chaos.mailbox.faults import Fault

PAYMENTS_CONSUMER = "billing-worker"
FIRST_S, LAST_S = 2.0, 6.0
"""Real seconds left alone at the beginning and at the end."""
PAUSES_S = (1.5, 4.5)
"""Real seconds between two strikes, at least and at most."""
MOST_AT_ONCE = 5
RECOVERY_S = 10.0
"""The payments consumer is let alone this long before it is held back."""


class Kind(StrEnum):
    KILL = "kill"
    FAULT = "the relay misbehaves"
    HOLD = "payments held back"
    RELEASE = "payments taken again"
    PUBLISH = "a scenario version published"
    REPEAT = "events delivered again"


@dataclass(frozen=True)
class Strike:
    """`at` in real seconds from the beginning; `targets` are names of processes."""

    at: float
    kind: Kind
    targets: tuple[str, ...] = ()
    fault: Fault | None = None
    seconds: float = 0.0

    def __str__(self) -> str:
        what = ", ".join(self.targets) or (self.fault.value if self.fault else "")
        return f"{self.kind}: {what}" if what else str(self.kind)


def strikes(seed: int, *, seconds: float, processes: Mapping[str, Sequence[str]], held: float) -> list[Strike]:
    """A run's strikes in their order. `processes`: the names of the copies of each kind; `held`: real seconds."""
    chance = random.Random(f"strikes {seed}")
    hold = _hold(chance, seconds, processes[PAYMENTS_CONSUMER], held)
    drawn = [*_blows(chance, seconds, processes), *hold, *_publications(seconds)]
    spared = (hold[0].at - RECOVERY_S, hold[1].at)
    return sorted((each for each in drawn if not _frees(each, spared)), key=lambda strike: strike.at)


def _blows(chance: random.Random, seconds: float, processes: Mapping[str, Sequence[str]]) -> Iterator[Strike]:
    """Kills, of every kind of process before any a second time, with misbehaving relays between them."""
    at, waiting = FIRST_S, _shuffled(chance, processes)
    while at < seconds - LAST_S:
        kind = chance.choices([Kind.KILL, Kind.FAULT, Kind.REPEAT], weights=[70, 22, 8])[0]
        if kind is Kind.KILL:
            count = chance.choices([1, 2, 3, MOST_AT_ONCE], weights=[65, 20, 10, 5])[0]
            kinds = [waiting.pop() if waiting else chance.choice(sorted(processes)) for _ in range(count)]
            targets = tuple(sorted({chance.choice(processes[each]) for each in kinds}))
            yield Strike(at, kind, targets)
        elif kind is Kind.FAULT:
            yield Strike(at, kind, fault=chance.choice(list(Fault)), seconds=round(chance.uniform(3, 7), 1))
        else:
            yield Strike(at, kind)
        at = round(at + chance.uniform(*PAUSES_S), 2)


def _shuffled(chance: random.Random, processes: Mapping[str, Sequence[str]]) -> list[str]:
    kinds = sorted(processes)
    chance.shuffle(kinds)
    return kinds


def _hold(chance: random.Random, seconds: float, copies: Sequence[str], held: float) -> tuple[Strike, Strike]:
    """Every copy of the payments consumer stands still."""
    at = round(chance.uniform(0.3, 0.45) * seconds, 2)
    return Strike(at, Kind.HOLD, tuple(copies), seconds=held), Strike(round(at + held, 2), Kind.RELEASE, tuple(copies))


def _publications(seconds: float) -> list[Strike]:
    return [Strike(round(share * seconds, 2), Kind.PUBLISH) for share in (0.25, 0.7)]


def _frees(strike: Strike, spared: tuple[float, float]) -> bool:
    """A consumer that is started again is not held back."""
    during = spared[0] <= strike.at <= spared[1]
    return during and strike.kind is Kind.KILL and any(name.startswith(PAYMENTS_CONSUMER) for name in strike.targets)
