"""What a judgement is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from contracts.clock import Clock
from deploy.local.player import Issued


@dataclass(frozen=True)
class Offence:
    """`invoice_id` is empty where no single invoice is concerned."""

    invoice_id: str
    what: str


@dataclass
class Verdict:
    """Of one invariant."""

    title: str
    checked: int = 0
    offences: list[Offence] = field(default_factory=list)

    def check(self, holds: bool, invoice_id: str, what: str) -> None:
        self.checked += 1
        if not holds:
            self.offences.append(Offence(invoice_id, what))


@dataclass(frozen=True)
class Held:
    """A span of real time in which no payment was taken; reminders may not leave from `stale` on."""

    stale: datetime
    until: datetime


@dataclass(frozen=True)
class Setting:
    """What the judge must know of the run beside its evidence."""

    clock: Clock
    issued: Mapping[str, Issued]
    held: Sequence[Held]
