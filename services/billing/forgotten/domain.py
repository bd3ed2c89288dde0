"""What an event tells of an invoice that is not in the database, or of a receivable that is not so there."""

import re
from collections.abc import Iterable
from datetime import datetime

from contracts.events.billing import (
    InvoiceBalanceChanged,
    InvoiceCancelled,
    InvoiceEvent,
    InvoiceReopened,
    InvoiceSettled,
)
from contracts.receivable import ReceivableStatus
from services.billing.forgotten.models import ForgottenInvoice
from services.billing.receivables.domain import Fact
from services.billing.receivables.models import Receivable

NUMBER = re.compile(r"(?P<series>.+)-(?P<year>\d{4})-(?P<sequence>\d{5,})")
"""As `invoices.domain.Number` writes it."""


def forgotten(event: InvoiceEvent, *, now: datetime) -> ForgottenInvoice | None:
    """None for a number that billing never gave."""
    parts = NUMBER.fullmatch(event.number)
    if parts is None:
        return None
    return ForgottenInvoice(
        organisation=event.organisation,
        number=event.number,
        invoice_id=event.invoice_id,
        customer_id=event.customer.customer_id,
        series=parts["series"],
        year=int(parts["year"]),
        sequence=int(parts["sequence"]),
        issue_date=event.issue_date,
        due_date=event.due_date,
        total=event.total,
        currency=event.currency,
        found_at=now,
    )


def is_otherwise(receivable: Receivable | None, told: InvoiceEvent) -> bool:
    """Whether the bus was told more of a receivable than is known here, or something else of the same version."""
    if receivable is None or told.version != receivable.version:
        return receivable is not None and told.version > receivable.version
    return (told.status, told.balance, told.due_date) != (receivable.status, receivable.balance, receivable.due_date)


def latest(told: Iterable[InvoiceEvent]) -> list[InvoiceEvent]:
    """Of each invoice the event of the highest version, in the order of the invoices."""
    found = {each.invoice_id: each for each in sorted(told, key=lambda each: each.version)}
    return [found[invoice_id] for invoice_id in sorted(found)]


def tell_anew(receivable: Receivable, told: InvoiceEvent) -> Fact:
    """Raise the version above what was told, so that whoever heard that takes this; and the kind of fact this is."""
    receivable.version = told.version + 1
    if receivable.status is ReceivableStatus.OPEN:
        return InvoiceBalanceChanged if told.status is ReceivableStatus.OPEN else InvoiceReopened
    is_given_up = receivable.status in (ReceivableStatus.CANCELLED, ReceivableStatus.WRITTEN_OFF)
    return InvoiceCancelled if is_given_up else InvoiceSettled
