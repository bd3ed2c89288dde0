"""What an event tells of an invoice that is not in the database."""

import re
from datetime import datetime

from contracts.events import InvoiceIssued
from services.billing.forgotten.models import ForgottenInvoice

NUMBER = re.compile(r"(?P<series>.+)-(?P<year>\d{4})-(?P<sequence>\d{5,})")
"""As `invoices.domain.Number` writes it."""


def forgotten(event: InvoiceIssued, *, now: datetime) -> ForgottenInvoice | None:
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
