"""What is done on the stack to play a history: customers are made, invoices issued, payments published."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from deploy.local.player import Act, Buyer, Sale, Settlement, moment_of
from tests.replay.history import Entry

QUIET_DAYS = 12
"""Business days after the last settlement until the end: every step that must come has come."""


def buyer(name: str) -> Buyer:
    address = {"lines": [f"1 rue {name}"], "postal_code": "75001", "city": "Paris", "country": "FR"}
    details = {"name": f"Client {name}", "kind": "professional", "address": address}
    return Buyer(name, details | {"email": f"{name.lower()}@customers.example", "phone": "+33 1 00 00 00 00"})


def acts_of(entries: Sequence[Entry]) -> list[Act]:
    sales = [_sale(entry) for entry in entries]
    payments = [
        Settlement(f"pay-{entry.number}", entry.number, entry.settled, entry.amount)
        for entry in entries
        if entry.settled
    ]
    return [*sales, *payments]


def begins(entries: Sequence[Entry]) -> datetime:
    """The midnight before the first invoice, in business time; `entries` are in the order of their issue."""
    return datetime.combine(entries[0].issued, time(), UTC)


def ends(entries: Sequence[Entry]) -> datetime:
    return max(moment_of(act) for act in acts_of(entries)) + timedelta(days=QUIET_DAYS)


def _sale(entry: Entry) -> Sale:
    return Sale(entry.number, entry.customer, entry.issued, entry.due, entry.amount, Decimal(0), "Services")
