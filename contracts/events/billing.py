"""What billing tells of invoices, payments and customers."""

from typing import Any, ClassVar
from uuid import UUID

from contracts.base import Amount, Contract, Currency
from contracts.events.base import Event
from contracts.events.payments import PaymentId
from contracts.receivable import Receivable

_RECEIVABLE: dict[str, Any] = {
    "organisation": "demo",
    "invoice_id": "0197f3c2-0000-7000-8000-000000000042",
    "number": "F-2026-00042",
    "customer": {
        "customer_id": "0197f3c2-0000-7000-8000-000000000007",
        "kind": "professional",
        "language": "fr",
        "country": "FR",
        "scenario": None,
    },
    "issue_date": "2026-01-01",
    "due_date": "2026-01-31",
    "total": "1200.00",
    "balance": "1200.00",
    "currency": "EUR",
    "status": "open",
    "scenario": None,
    "version": 1,
}


class InvoiceEvent(Receivable, Event):
    """The receivable as it stands after the fact."""


class InvoiceIssued(InvoiceEvent):
    type: ClassVar[str] = "billing.invoice.issued.v1"
    example: ClassVar[dict[str, Any]] = _RECEIVABLE


class InvoiceBalanceChanged(InvoiceEvent):
    """The open balance or the due date changed; the invoice is still open."""

    type: ClassVar[str] = "billing.invoice.balance_changed.v1"
    example: ClassVar[dict[str, Any]] = _RECEIVABLE | {"balance": "700.00", "version": 2}


class InvoiceSettled(InvoiceEvent):
    """Nothing is owed any more, by payment or by credit note: `status` says which."""

    type: ClassVar[str] = "billing.invoice.settled.v1"
    example: ClassVar[dict[str, Any]] = _RECEIVABLE | {"balance": "0.00", "status": "settled", "version": 3}


class InvoiceReopened(InvoiceEvent):
    """A payment that had settled the invoice was reversed."""

    type: ClassVar[str] = "billing.invoice.reopened.v1"
    example: ClassVar[dict[str, Any]] = _RECEIVABLE | {"version": 4}


class InvoiceCancelled(InvoiceEvent):
    """The invoice is owed no more: cancelled, or written off; `status` says which."""

    type: ClassVar[str] = "billing.invoice.cancelled.v1"
    example: ClassVar[dict[str, Any]] = _RECEIVABLE | {"balance": "0.00", "status": "cancelled", "version": 5}


class CustomerErased(Event):
    """A customer was erased: whoever holds personal data on them erases it. Told again, it finds nothing left."""

    type: ClassVar[str] = "billing.customer.erased.v1"
    example: ClassVar[dict[str, Any]] = {
        "organisation": "demo",
        "customer_id": "0197f3c2-0000-7000-8000-000000000007",
        "asked_by": "0197f3c2-0000-7000-8000-0000000000bb",
        "asked_by_name": "Anne Brun",
    }

    customer_id: UUID
    asked_by: str
    asked_by_name: str


class AllocationView(Contract):
    invoice_id: UUID
    number: str
    amount: Amount


class PaymentEvent(Event):
    payment_id: PaymentId
    allocations: list[AllocationView] = []
    unallocated: Amount | None = None
    currency: Currency | None = None
    reason: str | None = None


class PaymentApplied(PaymentEvent):
    """The payment went to invoices; what was too much is `unallocated`."""

    type: ClassVar[str] = "billing.payment.applied.v1"
    example: ClassVar[dict[str, Any]] = {
        "organisation": "demo",
        "payment_id": "BNP-2026-02-03-000117",
        "allocations": [
            {
                "invoice_id": "0197f3c2-0000-7000-8000-000000000042",
                "number": "F-2026-00042",
                "amount": "1200.00",
            }
        ],
        "unallocated": "0.00",
        "currency": "EUR",
    }


class PaymentUnallocated(PaymentEvent):
    """Nothing could be matched: a person will. `reason` says what was looked for."""

    type: ClassVar[str] = "billing.payment.unallocated.v1"
    example: ClassVar[dict[str, Any]] = {
        "organisation": "demo",
        "payment_id": "BNP-2026-02-03-000118",
        "allocations": [],
        "unallocated": "300.00",
        "currency": "EUR",
        "reason": "invoice_number: no invoice F-2026-99999",
    }


class PaymentRejected(PaymentEvent):
    """Nothing was recorded; `reason` names the field, the value and what is expected."""

    type: ClassVar[str] = "billing.payment.rejected.v1"
    example: ClassVar[dict[str, Any]] = {
        "organisation": "demo",
        "payment_id": "BNP-2026-02-03-000119",
        "allocations": [],
        "reason": "currency: USD, but invoice F-2026-00042 is in EUR",
    }
