"""What the document of a quote prints."""

from contracts.base import Amount, BusinessDate, Contract, Currency
from contracts.lines import DocumentLine, VatShare
from contracts.parties import Contact, Seller


class Document(Contract):
    """Everything is frozen here: the same document always prints the same."""

    number: str
    sent_on: BusinessDate
    valid_until: BusinessDate
    seller: Seller
    contact: Contact
    subject: str
    order_reference: str | None
    note: str
    currency: Currency
    lines: list[DocumentLine]
    vat_shares: list[VatShare]
    total_without_vat: Amount
    total_vat: Amount
    total: Amount
