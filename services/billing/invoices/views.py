"""What `/invoices` gives."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.base import Amount
from contracts.lines import DocumentLine, VatShare
from contracts.parties import Seller
from services.billing.invoices.models import Buyer, InvoiceKind, InvoiceStatus


class InvoiceSummary(BaseModel):
    """An invoice or credit note in a list; number and dates are None on a draft."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: InvoiceKind
    status: InvoiceStatus
    number: str | None
    customer_id: UUID
    issue_date: date | None
    due_date: date | None
    currency: str
    total_without_vat: Amount
    total_vat: Amount
    total: Amount
    subject: str
    order_reference: str | None
    created_at: datetime


class InvoiceView(InvoiceSummary):
    """The whole of it; the snapshots and mentions are those that the PDF prints."""

    lines: list[DocumentLine]
    vat_shares: list[VatShare]
    supply_date: date | None
    note: str
    payment_terms_days: int | None
    scenario: str | None
    quote_id: UUID | None
    quote_number: str | None
    credited_invoice_id: UUID | None
    credited_number: str | None
    seller_snapshot: Seller | None
    customer_snapshot: Buyer | None
    mentions: list[str]
    issued_at: datetime | None
