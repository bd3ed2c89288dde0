"""Rules of drafting, issuing and crediting."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chassis.problems import DomainError, InvalidField
from contracts.currencies import digits_of
from contracts.lines import Amounts, amounts_of
from contracts.parties import Seller
from services.billing.customers.models import Customer
from services.billing.invoices.mentions import legal_mentions
from services.billing.invoices.models import Buyer, Invoice, InvoiceKind, InvoiceStatus
from services.billing.invoices.schemas import DraftInput

INVOICES = "F"
CREDIT_NOTES = "A"


class InvoiceIsNotADraft(DomainError):
    def __init__(self, invoice: Invoice) -> None:
        super().__init__(
            f"Invoice {invoice.number} is {invoice.status}: it never changes again; a credit note corrects it."
        )


class InvoiceIsNotIssued(DomainError):
    def __init__(self, invoice: Invoice) -> None:
        super().__init__(f"Invoice {invoice.id} is {invoice.status}; expected an issued one.")


class InvoiceAlreadyCredited(DomainError):
    def __init__(self, invoice: Invoice) -> None:
        super().__init__(f"Invoice {invoice.number} was credited before.")


class CreditNoteCannotBeCredited(DomainError):
    def __init__(self, note: Invoice) -> None:
        super().__init__(f"{note.number} is a credit note; expected an invoice.")


class NothingToInvoice(DomainError):
    def __init__(self, invoice: Invoice) -> None:
        super().__init__(
            f"The total is {invoice.total:f} {invoice.currency}; expected more than 0 to issue an invoice."
        )


class InvoiceWasForgotten(DomainError):
    def __init__(self, invoice: Invoice, number: str) -> None:
        super().__init__(
            f"Invoice {invoice.id} was issued as {number} after the backup that the database was restored from: "
            "its customer holds it; delete this draft."
        )


@dataclass(frozen=True)
class Number:
    """A place in a series; `F-2026-00042` on paper (at most 35 characters without a space, BR-FR-01)."""

    series: str
    sequence: int
    issue_date: date

    def __str__(self) -> str:
        return f"{self.series}-{self.issue_date.year}-{self.sequence:05d}"


def draft_invoice(organisation: str, given: DraftInput, *, digits: int | None = None, now: datetime) -> Invoice:
    """`digits`: the decimals of its amounts, where they are not those of the currency."""
    values = _values(given, digits_of(given.currency) if digits is None else digits)
    return Invoice.model_validate({"organisation": organisation, "created_at": now} | values)


def change_draft(invoice: Invoice, given: DraftInput) -> None:
    """The draft of a quote that was accepted with cents keeps them, whatever its currency has."""
    check_draft(invoice)
    has_cents = invoice.quote_id is not None and invoice.total % 1 != 0
    invoice.sqlmodel_update(_values(given, 2 if has_cents else digits_of(given.currency)))


def _values(given: DraftInput, digits: int) -> dict[str, object]:
    computed = amounts_of(given.lines, digits=digits)
    values: dict[str, object] = {name: getattr(given, name) for name in DraftInput.model_fields}
    return values | {name: getattr(computed, name) for name in Amounts.model_fields}


def check_draft(invoice: Invoice) -> None:
    if invoice.status is not InvoiceStatus.DRAFT:
        raise InvoiceIsNotADraft(invoice)


def check_can_be_issued(invoice: Invoice, *, forgotten: str | None) -> None:
    """`forgotten`: the number under which it was issued after the backup that the database was restored from."""
    check_draft(invoice)
    if forgotten is not None:
        raise InvoiceWasForgotten(invoice, forgotten)
    if invoice.total <= 0:
        raise NothingToInvoice(invoice)


def issue(
    invoice: Invoice, number: Number, seller: Seller, customer: Customer, *, due_date: date | None, now: datetime
) -> None:
    """Number, dates and snapshots: from here on nothing changes but the status."""
    due = due_date or number.issue_date + timedelta(days=_terms(invoice, customer))
    if due < number.issue_date:
        raise InvalidField("due_date", due.isoformat(), f"the issue date ({number.issue_date}) or later (BR-FR-CO-07)")
    buyer = buyer_of(customer)
    invoice.due_date = due
    invoice.mentions = legal_mentions(buyer)
    _freeze(invoice, number, seller, buyer, now=now)


def _terms(invoice: Invoice, customer: Customer) -> int:
    own = invoice.payment_terms_days
    return customer.payment_terms_days if own is None else own


def _freeze(document: Invoice, number: Number, seller: Seller, buyer: Buyer, *, now: datetime) -> None:
    document.status = InvoiceStatus.ISSUED
    document.series, document.sequence = number.series, number.sequence
    document.year, document.number = number.issue_date.year, str(number)
    document.issue_date, document.issued_at = number.issue_date, now
    document.seller_snapshot, document.customer_snapshot = seller, buyer


def buyer_of(customer: Customer) -> Buyer:
    return Buyer(**{name: getattr(customer, name) for name in Buyer.model_fields})


def check_issued(invoice: Invoice) -> None:
    if invoice.status is InvoiceStatus.DRAFT:
        raise InvoiceIsNotIssued(invoice)


def check_can_be_credited(invoice: Invoice) -> None:
    check_issued(invoice)
    if invoice.kind is InvoiceKind.CREDIT_NOTE:
        raise CreditNoteCannotBeCredited(invoice)
    if invoice.status is InvoiceStatus.CREDITED:
        raise InvoiceAlreadyCredited(invoice)


COPIED = ("organisation", "customer_id", "currency", "lines", "vat_shares", "total_without_vat", "total_vat", "total",
          "subject", "order_reference")  # fmt: skip


def credit(invoice: Invoice, number: Number, *, reason: str, now: datetime) -> Invoice:
    """A credit note of the whole invoice, to the same parties, that names it and its date (BR-FR-CO-05)."""
    seller, buyer = invoice.seller_snapshot, invoice.customer_snapshot
    if seller is None or buyer is None:
        raise InvoiceIsNotIssued(invoice)
    of_its_own = {
        "kind": InvoiceKind.CREDIT_NOTE,
        "credited_invoice_id": invoice.id,
        "credited_number": invoice.number,
        "credited_issue_date": invoice.issue_date,
        "note": reason,
        "created_at": now,
    }
    note = Invoice.model_validate(of_its_own | {name: getattr(invoice, name) for name in COPIED})
    _freeze(note, number, seller, buyer, now=now)
    invoice.status = InvoiceStatus.CREDITED
    return note
