"""Which invoices an event or a payment is about: as they are named by anyone who tells of both."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from contracts import events as e
from tests.chaos.evidence import Evidence, field_of, invoice_of
from tests.chaos.published import Identity, Published, identity_of

Body = Mapping[str, Any] | None


def first(invoices: Sequence[str]) -> str:
    """Empty where no invoice is known."""
    return invoices[0] if invoices else ""


class Concerned:
    """A reversal and a rejection name a payment alone: they are about the invoices that anyone names beside it."""

    def __init__(self, evidence: Evidence, published: Sequence[Published] = ()) -> None:
        """A witness who did not answer names nothing."""
        evidence = evidence.as_told()
        self._numbered: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._paid: dict[Identity, list[str]] = defaultdict(list)
        for each in evidence.receivables:
            _add(self._numbered[each.organisation, each.number], [str(each.invoice_id)])
        for issued in evidence.told(e.InvoiceIssued.type):
            number = field_of(issued, "organisation"), field_of(issued, "number")
            _add(self._numbered[number], [field_of(issued, "invoice_id")])
        for body in (*(each.body for each in evidence.heard), *(each.body for each in published)):
            if identity := _payment_of(body):
                _add(self._paid[identity], [*self._of_number(body), *_allocated(body)])
        for identity, payment in evidence.payments.items():
            _add(self._paid[identity], [str(each.invoice_id) for each in payment.allocations])

    def of_event(self, body: Body) -> list[str]:
        """By its own words, by a business key, by the invoice's number, or by its payment."""
        return [*_named(body), *self._of_number(body), *self.of_payment(_payment_of(body))]

    def of_payment(self, identity: Identity | None) -> list[str]:
        return self._paid.get(identity, []) if identity else []

    def _of_number(self, body: Body) -> list[str]:
        """Of two where the number was given twice."""
        said = body or {}
        return self._numbered.get((str(said.get("organisation")), str(said.get("invoice_number"))), [])


def _add(known: list[str], invoices: Sequence[str]) -> None:
    known += [each for each in dict.fromkeys(invoices) if each not in known]


def _named(body: Body) -> list[str]:
    said = body or {}
    key = str(said.get("key"))
    found = [said.get("invoice_id"), invoice_of(key) if key.count(":") == 3 else None]
    return [str(each) for each in found if each]


def _payment_of(body: Body) -> Identity | None:
    """None where none is named; one that is no text is no identity."""
    is_named = isinstance((body or {}).get("payment_id"), str)
    return identity_of(body) if is_named else None


def _allocated(body: Body) -> list[str]:
    """As billing's answers say; what others publish under that name may be anything."""
    named = (body or {}).get("allocations")
    return [str(each.get("invoice_id")) for each in named if isinstance(each, dict)] if isinstance(named, list) else []
