"""What a document prints, free of the database: it travels to the process that renders it."""

from datetime import date
from typing import Self

from contracts.base import Amount, Contract
from contracts.lines import DocumentLine, VatShare
from contracts.parties import Language, Seller
from services.billing.invoices.models import Buyer, Invoice, InvoiceKind


class Sheet(Contract):
    """An issued invoice or credit note; the buyer's language is that of the page."""

    kind: InvoiceKind
    number: str
    issue_date: date
    due_date: date | None
    supply_date: date | None
    seller: Seller
    buyer: Buyer
    subject: str
    order_reference: str | None
    quote_number: str | None
    credited_number: str | None
    credited_issue_date: date | None
    lines: list[DocumentLine]
    vat_shares: list[VatShare]
    total_without_vat: Amount
    total_vat: Amount
    total: Amount
    currency: str
    note: str
    mentions: list[str]

    @classmethod
    def of(cls, invoice: Invoice) -> Self:
        """Of an issued one: its snapshots alone are read, never today's seller or customer."""
        facts = {name: getattr(invoice, name) for name in cls.model_fields if name not in ("seller", "buyer")}
        return cls.model_validate(facts | {"seller": invoice.seller_snapshot, "buyer": invoice.customer_snapshot})

    @property
    def language(self) -> Language:
        return self.buyer.language

    @property
    def is_payable(self) -> bool:
        return self.kind is InvoiceKind.INVOICE
