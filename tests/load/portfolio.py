"""What is issued, and what is paid of it when. Pure but for the chance that it is given."""

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from contracts.scenario import Calendar, ScenarioContent, Step, StepKind
from deploy.local.player import Buyer, Sale
from tests.load.options import Options

PRICE, VAT = Decimal("1000.00"), Decimal(20)
CALENDAR = Calendar(time_zone="UTC", working_weekdays=(0, 1, 2, 3, 4, 5, 6), sending_hour=0, latest_hour=24)
"""Nobody waits for the morning: what is late in a run is late because of the load."""

WAVE = ScenarioContent(
    key="wave",
    name="Wave",
    steps=[
        Step(key="day-after", days=1, kind=StepKind.EMAIL, template="first-reminder"),
        Step(key="next-year", days=365, kind=StepKind.EMAIL, template="second-reminder"),
    ],
)
"""After its step a case goes on, as most do."""
CALM = ScenarioContent(
    key="calm",
    name="Calm",
    steps=[Step(key="next-year", days=365, kind=StepKind.EMAIL, template="first-reminder")],
)
"""Of all other invoices: their cases are open and nothing comes due."""


@dataclass(frozen=True)
class Kind:
    """Invoices that are alike: `count` of them, so many a customer. The first is issued over HTTP, and copied."""

    name: str
    scenario: ScenarioContent
    count: int
    per_customer: int

    @property
    def refs(self) -> list[str]:
        return [f"{self.name}-{number}" for number in range(self.count)]

    @property
    def buyer(self) -> Buyer:
        address = {"lines": ["12 rue des Lilas"], "postal_code": "69003", "city": "Lyon", "country": "FR"}
        details = {"name": "Garage Lefèvre", "kind": "professional", "address": address, "language": "fr"}
        return Buyer(self.name, details | {"email": "anne@garage-lefevre.example", "phone": "+33 4 72 00 00 01"})

    def sale(self, due: date) -> Sale:
        description = "Entretien annuel"
        return Sale(self.refs[0], self.name, due, due, PRICE, VAT, description, self.scenario.key)


def calm(options: Options) -> Kind:
    return Kind("calm", CALM, options.invoices - options.wave, per_customer=20)


def wave(options: Options) -> Kind:
    return Kind("wave", WAVE, options.wave, per_customer=1)


def paid(options: Options) -> list[str]:
    """The refs of what is paid, in order. Before the wave only others: every step of the wave comes due."""
    chance = random.Random("payments")
    early = round(options.payments * options.paid_before.total_seconds() / options.seconds)
    first = calm(options).refs
    chance.shuffle(first)
    rest = first[early:] + wave(options).refs
    chance.shuffle(rest)
    return (first[:early] + rest)[: options.payments]
