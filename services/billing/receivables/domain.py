"""What may happen to a receivable. Each function changes the row and returns the kind of fact this is."""

from datetime import date, datetime
from decimal import Decimal

from chassis.problems import DomainError, InvalidField
from contracts.events.billing import (
    InvoiceBalanceChanged,
    InvoiceCancelled,
    InvoiceEvent,
    InvoiceReopened,
    InvoiceSettled,
)
from contracts.receivable import ReceivableStatus
from services.billing.invoices.models import Invoice
from services.billing.receivables.models import Receivable

Fact = type[InvoiceEvent]


class ReceivableClosed(DomainError):
    def __init__(self, receivable: Receivable) -> None:
        super().__init__(f"Invoice {receivable.number} is {receivable.status}; nothing is owed on it.")


class AlreadyCredited(DomainError):
    def __init__(self, receivable: Receivable) -> None:
        super().__init__(f"Invoice {receivable.number} was credited before.")


class InvoiceNotIssued(DomainError):
    def __init__(self, invoice: Invoice) -> None:
        super().__init__(f"Invoice {invoice.id} has no number, issue date or due date; expected an issued invoice.")


def receivable_of(invoice: Invoice, *, now: datetime) -> Receivable:
    if invoice.number is None or invoice.issue_date is None or invoice.due_date is None:
        raise InvoiceNotIssued(invoice)
    return Receivable(
        invoice_id=invoice.id,
        organisation=invoice.organisation,
        customer_id=invoice.customer_id,
        number=invoice.number,
        issue_date=invoice.issue_date,
        due_date=invoice.due_date,
        currency=invoice.currency,
        total=invoice.total,
        balance=invoice.total,
        status=ReceivableStatus.OPEN,
        scenario=invoice.scenario,
        changed_at=now,
    )


def allocate(receivable: Receivable, amount: Decimal, *, now: datetime) -> Fact:
    """Bring `amount` to the invoice, or take it back when it is negative: then a closed invoice is open again."""
    was_open = receivable.status is ReceivableStatus.OPEN
    receivable.balance -= amount
    receivable.changed_at = now
    if not receivable.balance:
        receivable.status = ReceivableStatus.SETTLED
        return _changed(receivable, InvoiceSettled)
    receivable.status = ReceivableStatus.OPEN
    return _changed(receivable, InvoiceBalanceChanged if was_open else InvoiceReopened)


def credit(receivable: Receivable, *, now: datetime) -> Fact:
    """A credit note took back the whole invoice; its payments are set free by the caller."""
    if receivable.status is ReceivableStatus.CREDITED:
        raise AlreadyCredited(receivable)
    receivable.waived = receivable.total
    return _closed(receivable, ReceivableStatus.CREDITED, InvoiceSettled, now)


def write_off(receivable: Receivable, *, now: datetime) -> Fact:
    """The balance is given up. A payment that comes undone later reopens what it had paid."""
    require_open(receivable)
    receivable.waived += receivable.balance
    return _closed(receivable, ReceivableStatus.WRITTEN_OFF, InvoiceCancelled, now)


def agree_due_date(receivable: Receivable, due_date: date, *, now: datetime) -> Fact:
    require_open(receivable)
    if due_date < receivable.issue_date:
        raise InvalidField("due_date", due_date.isoformat(), f"the issue date {receivable.issue_date} or a later one")
    receivable.due_date = due_date
    receivable.changed_at = now
    return _changed(receivable, InvoiceBalanceChanged)


def require_open(receivable: Receivable) -> None:
    if receivable.status is not ReceivableStatus.OPEN:
        raise ReceivableClosed(receivable)


def _closed(receivable: Receivable, status: ReceivableStatus, fact: Fact, now: datetime) -> Fact:
    receivable.balance = Decimal(0)
    receivable.status = status
    receivable.changed_at = now
    return _changed(receivable, fact)


def _changed(receivable: Receivable, fact: Fact) -> Fact:
    receivable.version += 1
    return fact
