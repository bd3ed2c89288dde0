"""A generated portfolio for the demonstration: customers of several countries and what each is like as a payer."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from contracts.lines import Line, amounts_of
from contracts.money import round_amount
from deploy.local.player import Act, Buyer, Sale, Settlement


class Habit(StrEnum):
    """How an invoice of the portfolio is paid."""

    EARLY = "paid before the due date"
    LATE = "paid late"
    VERY_LATE = "paid after the call"
    IN_PARTS = "paid in two parts"
    TOO_MUCH = "paid too much"
    TWICE = "the payment told twice"
    BOUNCED = "paid, then the payment bounced"
    NEVER = "never paid"


SHARES = {
    Habit.EARLY: 18,
    Habit.LATE: 16,
    Habit.VERY_LATE: 5,
    Habit.IN_PARTS: 6,
    Habit.TOO_MUCH: 3,
    Habit.TWICE: 4,
    Habit.BOUNCED: 2,
    Habit.NEVER: 6,
}
"""Sixty invoices."""

TERMS = timedelta(days=30)
ISSUED_WITHIN = 20
"""Calendar days over which the invoices are issued."""


@dataclass(frozen=True)
class Customer:
    name: str
    kind: str
    language: str
    lines: str
    postal_code: str
    city: str
    country: str
    email: str
    phone: str


CUSTOMERS = [
    Customer(*(cell.strip() for cell in row.split("|")))
    for row in """
Garage Lefèvre | professional | fr | 12 rue des Lilas | 69003 | Lyon | FR | compta@lefevre.example | +33 4 72 00 00 01
Boulangerie Ménard & Fils | professional | fr | 3 place du Marché | 35000 | Rennes | FR | bonjour@menard.example | +33 2 99 00 00 02
Clinique Saint-Rémi | professional | fr | 48 avenue Foch | 51100 | Reims | FR | achats@saint-remi.example | +33 3 26 00 00 03
Œuvres du Théâtre Zéphyr | non_professional | fr | 7 quai de l’Île | 44000 | Nantes | FR | tresorier@zephyr.example | +33 2 40 00 00 04
Anaïs Nguyễn | consumer | fr | 22 bis rue Oberkampf | 75011 | Paris | FR | anais.nguyen@mail.example | +33 6 00 00 00 05
Müller Feinmechanik GmbH | professional | en | Königstraße 14 | 70173 | Stuttgart | DE | rechnung@mueller.example | +49 711 00006
Peña y Asociados S.L. | professional | en | Calle de Atocha 9 | 28012 | Madrid | ES | pagos@pena.example | +34 91 000 00 07
O’Connor & Byrne Ltd | professional | en | 5 Eden Quay | D01 N5W8 | Dublin | IE | accounts@oconnor.example | +353 1 000 0008
Łódź Design sp. z o.o. | professional | en | ul. Piotrkowska 80 | 90-102 | Łódź | PL | faktury@lodz.example | +48 42 000 00 09
Åkesson Trä AB | professional | en | Storgatan 2 | 211 42 | Malmö | SE | ekonomi@akesson.example | +46 40 00 00 10
Société Générale d’Échafaudage | professional | fr | ZI des Paluds | 13400 | Aubagne | FR |  | +33 4 42 00 00 11
Mairie de Saint-Émilion | non_professional | fr | Place Pioceau | 33330 | Saint-Émilion | FR | mairie@saint-emilion.example | +33 5 57 00 00 12
""".strip().splitlines()
]

WORKS = (
    "Entretien annuel",
    "Réparation d’un escalier en chêne",
    "Fourniture et pose de menuiseries",
    "Diagnostic et conseil",
    "Étagères sur mesure",
    "Restauration d’une façade",
)


@dataclass(frozen=True)
class Portfolio:
    buyers: Sequence[Buyer]
    acts: Sequence[Act]
    habits: dict[str, Habit]

    @property
    def last_day(self) -> date:
        return max(act.on for act in self.acts)


def portfolio(first_day: date, *, seed: int = 7) -> Portfolio:
    """Sixty invoices from `first_day` on, the same ones for the same seed."""
    chance = random.Random(seed)
    habits = [habit for habit, share in SHARES.items() for _ in range(share)]
    chance.shuffle(habits)
    acts: list[Act] = []
    by_ref: dict[str, Habit] = {}
    for number, habit in enumerate(habits):
        sale = _sale(number, first_day, chance)
        by_ref[sale.ref] = habit
        acts += [sale, *_settlements(sale, habit, chance)]
    return Portfolio([_buyer(customer) for customer in CUSTOMERS], acts, by_ref)


def _buyer(customer: Customer) -> Buyer:
    address = {
        "lines": [customer.lines],
        "postal_code": customer.postal_code,
        "city": customer.city,
        "country": customer.country,
    }
    details = {"name": customer.name, "kind": customer.kind, "language": customer.language, "address": address}
    return Buyer(customer.name, details | {"email": customer.email or None, "phone": customer.phone})


def _sale(number: int, first_day: date, chance: random.Random) -> Sale:
    on = first_day + timedelta(days=number * ISSUED_WITHIN // sum(SHARES.values()))
    price = round_amount(Decimal(chance.randint(8_000, 480_000)) / 100)
    return Sale(
        ref=f"sale-{number:02d}",
        buyer=CUSTOMERS[number % len(CUSTOMERS)].name,
        on=on,
        due=on + TERMS,
        price=price,
        vat_rate=Decimal(20),
        description=chance.choice(WORKS),
    )


def total_of(sale: Sale) -> Decimal:
    """What its customer owes, VAT included."""
    line = Line(description=sale.description, quantity=Decimal(1), unit_price=sale.price, vat_rate=sale.vat_rate)
    return amounts_of([line]).total


def _settlements(sale: Sale, habit: Habit, chance: random.Random) -> Iterator[Settlement]:
    total = total_of(sale)
    late = sale.due + timedelta(days=chance.randint(9, 35))
    whole = Settlement(f"{sale.ref}-pay", sale.ref, late, total)
    if habit is Habit.EARLY:
        yield _on(whole, sale.due - timedelta(days=chance.randint(1, 20)))
    if habit is Habit.LATE:
        yield whole
    if habit is Habit.VERY_LATE:
        yield _on(whole, sale.due + timedelta(days=chance.randint(44, 52)))
    if habit is Habit.IN_PARTS:
        part = round_amount(total / 3)
        yield Settlement(f"{sale.ref}-part1", sale.ref, sale.due + timedelta(days=4), part)
        yield Settlement(f"{sale.ref}-part2", sale.ref, late, total - part)
    if habit is Habit.TOO_MUCH:
        yield Settlement(f"{sale.ref}-pay", sale.ref, late, total + 10)
    if habit is Habit.TWICE:
        yield from (whole, whole)
    if habit is Habit.BOUNCED:
        yield _on(whole, sale.due + timedelta(days=9))
        yield Settlement(f"{sale.ref}-bounce", sale.ref, sale.due + timedelta(days=16), total, undone=f"{sale.ref}-pay")


def _on(settlement: Settlement, day: date) -> Settlement:
    return Settlement(settlement.payment_id, settlement.sale, day, settlement.amount)
