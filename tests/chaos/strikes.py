"""What is done to the stack and when: drawn from the seed alone, so that a run can be repeated."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tests.chaos.mailbox.faults import FAMILIES, Fault

PAYMENTS_CONSUMER = "billing-worker"
FIRST_S, LAST_S = 2.0, 6.0
"""Real seconds left alone at the beginning and at the end."""
PAUSES_S = (1.8, 5.4)
"""Real seconds between two kills, at least and at most, where processes start as fast as usual."""
MOST_AT_ONCE = 5
SPELLS_EVERY_S = 9.0
"""No multiple of a day: most reminders of a day leave together, and each family must meet some."""
REPETITIONS_EVERY_S = 25.0
RECOVERY_S = 10.0
"""The payments consumer is let alone this long before it is held back."""


class Kind(StrEnum):
    KILL = "kill"
    AMBUSH = "senders killed as the relay accepts"
    FAULT = "the relay misbehaves"
    HOLD = "payments held back"
    RELEASE = "payments taken again"
    PUBLISH = "a scenario version published"
    REPEAT = "events delivered again"


@dataclass(frozen=True)
class Strike:
    """`at` in real seconds from the beginning; `targets` are names of processes; `seconds`: how long it lasts.

    `migrate`: the running cases are brought to the published version.
    """

    at: float
    kind: Kind
    targets: tuple[str, ...] = ()
    fault: Fault | None = None
    seconds: float = 0.0
    migrate: bool = False

    def __str__(self) -> str:
        what = ", ".join(self.targets) or (self.fault.value if self.fault else "")
        what = "running cases follow it" if self.migrate else what
        return f"{self.kind}: {what}" if what else str(self.kind)


def strikes(
    seed: int, *, seconds: float, processes: Mapping[str, Sequence[str]], held: float, pace: float = 1.0
) -> list[Strike]:
    """A run's strikes in their order. `processes`: the names of the copies of each kind; `held`: real seconds; `pace`:
    how many times as long as usual the stack is let alone between two kills.
    """
    chance = random.Random(f"strikes {seed}")
    hold, release = _hold(chance, seconds, processes[PAYMENTS_CONSUMER], held)
    spared = (hold.at - RECOVERY_S, release.at)
    kills = _complete(chance, list(_kills(chance, seconds, processes, spared, pace)), processes, spared)
    senders = tuple(processes["notify"])
    drawn = [*kills, *_spells(chance, seconds, senders, pace), *_repetitions(chance, seconds)]
    return sorted([*drawn, hold, release, *_publications(seconds)], key=lambda strike: strike.at)


def _kills(
    chance: random.Random,
    seconds: float,
    processes: Mapping[str, Sequence[str]],
    spared: tuple[float, float],
    pace: float,
) -> Iterator[Strike]:
    """Of every kind of process before any a second time; the third takes several at once."""
    at, number, waiting = FIRST_S, 0, _shuffled(chance, processes)
    while at < seconds - LAST_S:
        number += 1
        count = MOST_AT_ONCE if number == 3 else chance.choices([1, 2, 3, MOST_AT_ONCE], weights=[60, 22, 12, 6])[0]
        kinds = [waiting.pop() if waiting else chance.choice(sorted(processes)) for _ in range(count)]
        free = [kind for kind in kinds if not _is_spared(kind, at, spared)]
        waiting = [*(kind for kind in kinds if kind not in free), *waiting]
        targets = tuple(sorted({chance.choice(processes[kind]) for kind in free}))
        if targets:
            yield Strike(at, Kind.KILL, targets)
        at = round(at + pace * chance.uniform(*PAUSES_S), 2)


def _complete(
    chance: random.Random,
    kills: list[Strike],
    processes: Mapping[str, Sequence[str]],
    spared: tuple[float, float],
) -> list[Strike]:
    """A short run ends before each kind had its turn: those left out die beside others."""
    names = {name for strike in kills for name in strike.targets}
    for kind in sorted(kind for kind, copies in processes.items() if not names & set(copies)):
        number = chance.choice([n for n, strike in enumerate(kills) if not _is_spared(kind, strike.at, spared)])
        targets = {*kills[number].targets, chance.choice(processes[kind])}
        kills[number] = replace(kills[number], targets=tuple(sorted(targets)))
    return kills


def _is_spared(kind: str, at: float, spared: tuple[float, float]) -> bool:
    """A consumer that is started again is not held back."""
    return kind == PAYMENTS_CONSUMER and spared[0] <= at <= spared[1]


def _shuffled(chance: random.Random, processes: Mapping[str, Sequence[str]]) -> list[str]:
    kinds = sorted(processes)
    chance.shuffle(kinds)
    return kinds


def _spells(chance: random.Random, seconds: float, senders: tuple[str, ...], pace: float) -> Iterator[Strike]:
    """Each family of faults before any a second time, and in each round one ambush.

    Within its family, each fault before any a second time: a long run deals all of them.
    """
    at, waiting = FIRST_S + chance.uniform(0, 4), list[tuple[Fault, ...]]()
    undealt: dict[tuple[Fault, ...], list[Fault]] = {}
    while at < seconds - LAST_S:
        if not waiting:
            waiting = [*FAMILIES, (Fault.KEEP_AND_LINGER,)]
            chance.shuffle(waiting)
        family = waiting.pop()
        if not undealt.get(family):
            undealt[family] = chance.sample(family, len(family))
        fault = undealt[family].pop()
        lasting = round(min(SPELLS_EVERY_S - 1, pace * chance.uniform(3, 6)), 1)
        if fault is Fault.KEEP_AND_LINGER:
            yield Strike(round(at, 2), Kind.AMBUSH, senders, fault, SPELLS_EVERY_S - 2)
        else:
            yield Strike(round(at, 2), Kind.FAULT, fault=fault, seconds=lasting)
        at += SPELLS_EVERY_S


def _repetitions(chance: random.Random, seconds: float) -> Iterator[Strike]:
    at = chance.uniform(8, REPETITIONS_EVERY_S)
    while at < seconds - LAST_S:
        yield Strike(round(at, 2), Kind.REPEAT)
        at += REPETITIONS_EVERY_S


def _hold(chance: random.Random, seconds: float, copies: Sequence[str], held: float) -> tuple[Strike, Strike]:
    """Every copy of the payments consumer stands still."""
    at = round(chance.uniform(0.3, 0.45) * seconds, 2)
    hold = Strike(at, Kind.HOLD, tuple(copies), seconds=held)
    return hold, replace(hold, at=round(at + held, 2), kind=Kind.RELEASE)


def _publications(seconds: float) -> list[Strike]:
    """The running cases keep their version the first time, and are brought to the new one the second time."""
    return [Strike(round(share * seconds, 2), Kind.PUBLISH, migrate=share > 0.5) for share in (0.25, 0.7)]
