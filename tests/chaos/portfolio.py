"""The invoices of a run and what comes of them: drawn from the seed alone."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from contracts.lines import Line, amounts_of
from contracts.money import round_amount
from contracts.scenario import Calendar, ScenarioContent, Step, StepKind
from deploy.local.player import Buyer, Sale, Settlement
from deploy.local.seed import ORGANISATION, SELLER
from tests.chaos.mischief import Mischief, mischief_for
from workflows.dunning.calendar import moment_of

NEIGHBOUR = "neighbour"
"""Sells under the same numbers as the first organisation, and is paid under the same payment ids."""
ORGANISATIONS = (ORGANISATION, NEIGHBOUR)
SELLERS = {
    ORGANISATION: SELLER,
    NEIGHBOUR: SELLER.model_copy(update={"name": "Atelier Noir", "email": "relance@atelier-noir.example"}),
}
TENTH = 10
FEWEST = 2
CREDITED_OF = 12
"""Of so many sales one is credited."""
VAT = Decimal(20)
CUSTOMERS = 12

BRISK = ScenarioContent(
    key="brisk",
    name="Relance serrée",
    steps=[
        Step(key="first-reminder", days=1, kind=StepKind.EMAIL, template="first-reminder"),
        Step(key="second-reminder", days=2, kind=StepKind.EMAIL, template="second-reminder"),
        Step(key="call", days=3, kind=StepKind.CALL, template="call", assignee="collections"),
        Step(key="formal-notice", days=4, kind=StepKind.LETTER, template="formal-notice"),
        Step(key="third-reminder", days=5, kind=StepKind.EMAIL, template="third-reminder"),
        Step(key="fourth-reminder", days=7, kind=StepKind.EMAIL, template="third-reminder"),
        Step(key="last-reminder", days=9, kind=StepKind.EMAIL, template="third-reminder"),
    ],
)
"""In fewer days than the standard one, so that a run of a minute sees all of it, with an e-mail at the end: when
several steps have come due the last one acts, and e-mails are what can go wrong."""

PATIENT = ScenarioContent(
    key="patient",
    name="Relance longue",
    steps=[
        Step(key="first-reminder", days=3, kind=StepKind.EMAIL, template="first-reminder"),
        Step(key="last-word", days=3000, kind=StepKind.CALL, template="call", assignee="collections"),
    ],
)
"""Its cases are still open when the run is judged."""

HOURS = Calendar(working_weekdays=(0, 1, 2, 3, 4, 5), sending_hour=7, latest_hour=22)
"""Longer than the usual ones: a run is short, and in closed hours nothing leaves that could go wrong."""

LIFE = timedelta(days=17)
"""From the issue of an invoice to its last step and what may follow: terms, steps, a weekend, holidays."""


@dataclass(frozen=True)
class Credit:
    """A sale of which nothing is paid is taken back in full, by a credit note."""

    sale: str
    reason: str = "Prestation annulée"


@dataclass(frozen=True)
class Deed:
    """What is done at a business instant."""

    at: datetime
    act: Sale | Settlement | Credit | Mischief


def another_version(content: ScenarioContent, number: int) -> ScenarioContent:
    """The same steps under the same keys, a day later: what was carried out must not come again."""
    steps = [step.model_copy(update={"days": step.days + 1}) for step in content.steps]
    return content.model_copy(update={"name": f"{content.name} {number}", "steps": steps})


def shares(invoices: int) -> Mapping[str, int]:
    """How many of the invoices each organisation sells: the neighbour a tenth of them, and two at least."""
    theirs = min(max(FEWEST, invoices // TENTH), invoices // 2)
    return {ORGANISATION: invoices - theirs, NEIGHBOUR: theirs}


def buyers(organisation: str) -> list[Buyer]:
    """The last one has no e-mail address."""
    return [_buyer(organisation, number, has_email=number < CUSTOMERS - 1) for number in range(CUSTOMERS)]


def deeds(seed: int, organisation: str, *, invoices: int, begin: datetime, end: datetime) -> list[Deed]:
    """Sales of an organisation and what becomes of them, all between two business instants, in their order."""
    chance = random.Random(f"portfolio {organisation} {seed}")
    days = max(1, (end - begin - LIFE).days)
    credited = _credited(chance, invoices)
    found: list[Deed] = []
    for number in range(invoices):
        sale = _sale(chance, number, begin.date() + timedelta(days=number * days // invoices))
        issued_at = begin.replace(hour=6) + (sale.on - begin.date()) + timedelta(hours=chance.uniform(0, 12))
        found.append(Deed(issued_at, sale))
        if number in credited:
            found.append(Deed(_near_a_reminder(chance, sale, issued_at), Credit(sale.ref)))
            continue
        paid = list(_payments(chance, sale, issued_at))
        found += paid
        if chance.random() < 0.25:
            told = [(deed.at, deed.act) for deed in paid if isinstance(deed.act, Settlement)]
            found.append(Deed(*mischief_for(chance, sale.ref, number, told, issued_at)))
    return sorted(found, key=lambda deed: deed.at)


def total_of(sale: Sale) -> Decimal:
    line = Line(description=sale.description, quantity=Decimal(1), unit_price=sale.price, vat_rate=sale.vat_rate)
    return amounts_of([line]).total


def _credited(chance: random.Random, invoices: int) -> set[int]:
    """The numbers of the sales that a credit note takes back: one at least, so that there is a second series."""
    return set(chance.sample(range(invoices), min(invoices, max(1, invoices // CREDITED_OF))))


def _sale(chance: random.Random, number: int, on: date) -> Sale:
    return Sale(
        ref=f"sale-{number:04d}",
        buyer=f"customer-{number % CUSTOMERS:02d}",
        on=on,
        due=on + timedelta(days=chance.randint(3, 5)),
        price=round_amount(Decimal(chance.randint(5_000, 500_000)) / 100),
        vat_rate=VAT,
        description="Entretien annuel",
        scenario=PATIENT.key if chance.random() < 0.15 else None,
    )


def _payments(chance: random.Random, sale: Sale, issued_at: datetime) -> Iterator[Deed]:
    """Most come close to the instant of a reminder: there lies the danger."""
    total, paid = total_of(sale), f"{sale.ref}-pay"
    near = _near_a_reminder(chance, sale, issued_at)
    whole = Settlement(paid, sale.ref, near.date(), total)
    habits = ["never", "whole", "parts", "twice", "bounced", "bounced first", "too much"]
    habit = chance.choices(habits, weights=[25, 35, 10, 8, 10, 6, 6])[0]
    if habit in ("whole", "bounced"):
        yield Deed(near, whole)
    if habit == "parts":
        part = round_amount(total / 3)
        yield Deed(near - timedelta(days=0.7), Settlement(f"{sale.ref}-part1", sale.ref, near.date(), part))
        yield Deed(near, Settlement(f"{sale.ref}-part2", sale.ref, near.date(), total - part))
    if habit == "twice":
        yield from (Deed(near, whole), Deed(near + timedelta(days=chance.uniform(0, 2)), whole))
    if habit == "too much":
        yield Deed(near, Settlement(paid, sale.ref, near.date(), total + 10))
    if habit in ("bounced", "bounced first"):
        after = timedelta(days=chance.uniform(0.5, 4))
        undone = Settlement(f"{sale.ref}-bounce", sale.ref, near.date(), total, undone=paid)
        yield Deed(near + after, undone if habit == "bounced" else whole)
        if habit == "bounced first":
            yield Deed(near, undone)


def _near_a_reminder(chance: random.Random, sale: Sale, issued_at: datetime) -> datetime:
    reminders = [step for step in BRISK.steps if step.kind is StepKind.EMAIL]
    moment = moment_of(sale.due + timedelta(days=chance.choice(reminders).days), HOURS)
    return max(moment + timedelta(days=chance.gauss(0, 0.25)), issued_at + timedelta(hours=6))


def _buyer(organisation: str, number: int, *, has_email: bool) -> Buyer:
    ref = f"customer-{number:02d}"
    address = {"lines": [f"{number + 1} rue des Lilas"], "postal_code": "69003", "city": "Lyon", "country": "FR"}
    email = f"{ref}@{organisation}.example" if has_email else None
    details = {"name": f"Garage {number}", "kind": "professional", "address": address, "language": "fr"}
    return Buyer(ref, details | {"email": email, "phone": "+33 4 72 00 00 01"})
