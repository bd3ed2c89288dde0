"""Payment events as a careless or hostile program publishes them, and when."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from deploy.local.player import Settlement
from tests.chaos.slips import CONTRADICTION, SLIPS, WHOLE, Body, Slip, in_structured_mode

CORRECTED = 0.5
STRUCTURED = 0.3
AHEAD_DAYS = 1.0
"""From a slip to its correction, at most: now and then both wait for the same worker, and either is read first."""


@dataclass(frozen=True)
class Mischief:
    """A slip of this name in what would have been right to say: the settlement."""

    name: str
    settlement: Settlement
    is_structured: bool = False

    @property
    def slip(self) -> Slip:
        return SLIPS[self.name]

    @property
    def sale(self) -> str:
        return self.settlement.sale

    def written(self, good: Body) -> tuple[bytes, Mapping[str, str]]:
        """What is published instead of a good body: bytes and headers."""
        spoilt = self.slip.spoil(good)
        if self.is_structured:
            return in_structured_mode(json.loads(spoilt), self.slip.subject), WHOLE
        return spoilt, self.slip.headers


def mischief_for(
    chance: random.Random, sale: str, number: int, told: Sequence[tuple[datetime, Settlement]], issued_at: datetime
) -> tuple[datetime, Mischief]:
    """When what goes wrong. Of a sale that is paid, half of it is put right soon after, under the same identity.

    `told`: what is published of the sale, and when.
    """
    if told and chance.random() < CORRECTED:
        at, right = chance.choice(told)
        is_undone = right.undone is not None
        names = [name for name, slip in SLIPS.items() if slip.is_rejected and slip.is_of_a_reversal is is_undone]
        return at - timedelta(days=chance.uniform(0, AHEAD_DAYS)), _slip(chance, names, right)
    at = issued_at + timedelta(days=chance.uniform(1, 8))
    name = chance.choice(sorted(SLIPS))
    slip = SLIPS[name]
    payment_id = f"{sale}-pay" if name == CONTRADICTION or slip.is_of_a_reversal else f"mischief-{number}"
    undone = payment_id if slip.is_of_a_reversal else None
    return at, _slip(chance, [name], Settlement(payment_id, sale, at.date(), Decimal("1.00"), undone=undone))


def _slip(chance: random.Random, names: Sequence[str], right: Settlement) -> Mischief:
    name = chance.choice(sorted(names))
    return Mischief(name, right, is_structured=SLIPS[name].has_a_body and chance.random() < STRUCTURED)
