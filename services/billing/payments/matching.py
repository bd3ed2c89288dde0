"""Which invoice a payment is for. Pure: looks at what it is given and says what it found, or why nothing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.events import PaymentReceived
from contracts.receivable import ReceivableStatus
from services.billing.receivables.models import Receivable

ATOM = re.compile(r"[^\W_]+")
LONGEST = 35
"""Characters of an invoice number (BT-1 as the French profile has it, BR-FR-01)."""
MOST_ATOMS = 6


@dataclass(frozen=True)
class Match:
    """`receivable` is what the payment names; `reason` says why it names none, for people."""

    receivable: Receivable | None = None
    reason: str | None = None


def number_of(received: PaymentReceived) -> str | None:
    return (received.invoice_number or "").strip() or None


def numbers_in(remittance: str) -> set[str]:
    """Every part of the text that may be an invoice number; banks put spaces where there were hyphens."""
    atoms = list(ATOM.finditer(remittance.upper()))
    return {text for first in range(len(atoms)) for text in _from(remittance, atoms[first : first + MOST_ATOMS])}


def by_number(received: PaymentReceived, found: Receivable | None) -> Match:
    if found is not None:
        return Match(found)
    return Match(reason=f"invoice_number: no invoice {number_of(received)}")


def by_remittance(received: PaymentReceived, found: Sequence[Receivable]) -> Match:
    """Exactly one open invoice in the payment's currency, or none: a guess is left to a person."""
    still_open = [each for each in found if each.status is ReceivableStatus.OPEN]
    names = ", ".join(each.number for each in still_open or found)
    if len(still_open) > 1:
        return Match(reason=f"remittance: names several open invoices ({names}); expected one")
    if still_open and still_open[0].currency != received.currency:
        return Match(reason=f"currency: {received.currency}, but invoice {names} is in {still_open[0].currency}")
    if still_open:
        return Match(still_open[0])
    if found:
        return Match(reason=f"remittance: nothing is owed any more on {names}")
    return Match(reason="invoice_number: none given, and no open invoice is named in remittance")


def _from(text: str, atoms: Sequence[re.Match[str]]) -> Iterator[str]:
    """The spans that begin with the first atom: as written, and joined by hyphens."""
    for count in range(1, len(atoms) + 1):
        written = text[atoms[0].start() : atoms[count - 1].end()]
        joined = "-".join(atom[0] for atom in atoms[:count])
        yield from (each for each in (written, written.upper(), joined) if _may_be_a_number(each))


def _may_be_a_number(text: str) -> bool:
    return len(text) <= LONGEST and any(character.isdigit() for character in text)
