"""What a judgement is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts.clock import EPOCH, Clock
from contracts.scenario import ScenarioContent, Step
from deploy.local.player import Issued
from tests.chaos.published import Published


@dataclass(frozen=True)
class Offence:
    """`invoice_id` is empty where no single invoice is concerned."""

    invoice_id: str
    what: str


@dataclass
class Count:
    """One thing that must not be, how often it was looked for and where it was found.

    `is_needed`: a run in which it was not looked for even once proves nothing, however short it is.
    """

    title: str
    is_needed: bool = True
    checked: int = 0
    offences: list[Offence] = field(default_factory=list)

    def check(self, holds: bool, invoice_id: str, what: str) -> None:
        self.checked += 1
        if not holds:
            self.offences.append(Offence(invoice_id, what))


@dataclass
class Verdict:
    """Of one invariant: everything that is counted for it."""

    title: str
    counts: list[Count] = field(default_factory=list)

    def count(self, title: str, *, is_needed: bool = True) -> Count:
        count = Count(title, is_needed)
        self.counts.append(count)
        return count

    @property
    def checked(self) -> int:
        return sum(count.checked for count in self.counts)

    @property
    def offences(self) -> list[Offence]:
        return [offence for count in self.counts for offence in count.offences]

    def unproven(self, *, in_full: bool = False) -> list[str]:
        """What should have been looked for, and was not; `in_full`: everything should."""
        return [count.title for count in self.counts if (count.is_needed or in_full) and not count.checked]


@dataclass(frozen=True)
class Held:
    """A span of real time in which no payment was taken; reminders may not leave from `stale` on."""

    stale: datetime
    until: datetime


@dataclass(frozen=True)
class Death:
    """A process that ran was killed, at this real instant."""

    at: datetime
    name: str


@dataclass(frozen=True)
class Setting:
    """What the judge must know of the run beside its evidence.

    `published`: the payment events that the stream acknowledged to their publisher. `answers`: what billing answered to
    who issued an invoice or a credit note, the whole of it.
    """

    clock: Clock
    issued: Mapping[str, Issued]
    held: Sequence[Held] = ()
    deaths: Sequence[Death] = ()
    published: Sequence[Published] = ()
    answers: Sequence[Mapping[str, Any]] = ()
    scenarios: Mapping[str, ScenarioContent] = field(default_factory=dict)
    """By key. Their versions have the same steps; only the days differ."""
    unreachable: frozenset[str] = frozenset()
    """The ids of the customers who have no e-mail address."""

    processes: Sequence[str] = ()
    """All of them, and in `down` those that did not come back after their last death."""
    down: Sequence[str] = ()

    recovered: datetime = EPOCH
    """From this real instant on, whatever came due while processes died has had the time to be done."""

    senders: Sequence[str] = ("notify", "notify-2")
    """The processes that hand messages to the relay, each one at a time."""

    @property
    def credited(self) -> frozenset[str]:
        """The ids of the invoices that a credit note took back."""
        notes = (each.get("credited_invoice_id") for each in self.answers)
        return frozenset(str(invoice) for invoice in notes if invoice is not None)

    def step_of(self, scenario: str, step: str) -> Step | None:
        content = self.scenarios.get(scenario)
        return next((each for each in content.steps if each.key == step), None) if content else None
