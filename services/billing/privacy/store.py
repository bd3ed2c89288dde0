"""What billing holds on a customer, and what stands in the way of erasing it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Text, any_, cast, func, literal_column, update
from sqlalchemy.orm import Mapped
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.personal.held import Held, Holdings
from contracts.receivable import ReceivableStatus
from services.billing.comments.models import Comment
from services.billing.customers.models import Customer
from services.billing.forgotten.models import ForgottenInvoice
from services.billing.invoices.models import Invoice, InvoiceStatus
from services.billing.payments.models import Allocation, Payment, PaymentRefusal, PaymentReversal
from services.billing.receivables.models import DecisionKind, Receivable, ReceivableDecision

YEARS = 10
"""Accounting documents and what proves them: ten years from the end of the accounting year (C. com. L123-22), which
covers the six for taxes (LPF L102 B; CGI art. 289 for invoices). The calendar year is taken for the accounting year."""
NOBODY = "-"
NO_ADDRESS: ColumnElement[Any] = literal_column(
    "jsonb_build_object('lines', jsonb_build_array('-'), 'postal_code', '', 'city', '-',"
    " 'country', customers.address ->> 'country')"
)
SAID = 5


def last_day(day: ColumnElement[Any] | Mapped[Any]) -> ColumnElement[Any]:
    """Up to which the law keeps what is of this day."""
    return func.make_date(cast(func.extract("year", day), Integer) + YEARS, 12, 31)


def _issued(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return _invoices(organisation, customer) & (col(Invoice.status) != InvoiceStatus.DRAFT)


def _drafts(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return _invoices(organisation, customer) & (col(Invoice.status) == InvoiceStatus.DRAFT)


def _invoices(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return (col(Invoice.organisation) == organisation) & (col(Invoice.customer_id) == customer)


def _receivables(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return (col(Receivable.organisation) == organisation) & (col(Receivable.customer_id) == customer)


def _invoice_ids(organisation: str, customer: UUID) -> ColumnElement[Any]:
    """Of their issued invoices: as an array, which an index is looked through for."""
    return func.array(select(Receivable.invoice_id).where(_receivables(organisation, customer)).scalar_subquery())


def _own_payments(organisation: str, customer: UUID) -> ColumnElement[bool]:
    """Those that are the customer's, or named an invoice of theirs."""
    named = col(Payment.invoice_id) == any_(_invoice_ids(organisation, customer))
    return (col(Payment.organisation) == organisation) & ((col(Payment.customer_id) == customer) | named)


def _allocations(organisation: str, customer: UUID) -> ColumnElement[bool]:
    theirs = col(Allocation.invoice_id) == any_(_invoice_ids(organisation, customer))
    return (col(Allocation.organisation) == organisation) & theirs


def _payments(organisation: str, customer: UUID) -> ColumnElement[bool]:
    """Also those of which a person brought something to an invoice of theirs."""
    brought = func.array(select(Allocation.payment_id).where(_allocations(organisation, customer)).scalar_subquery())
    is_brought = (col(Payment.organisation) == organisation) & (col(Payment.payment_id) == any_(brought))
    return _own_payments(organisation, customer) | is_brought


def _reversals(organisation: str, customer: UUID) -> ColumnElement[bool]:
    payments = select(Payment.payment_id).where(_payments(organisation, customer))
    return (col(PaymentReversal.organisation) == organisation) & col(PaymentReversal.payment_id).in_(payments)


def _refusals(organisation: str, customer: UUID) -> ColumnElement[bool]:
    payments = select(Payment.payment_id).where(_payments(organisation, customer))
    return (col(PaymentRefusal.organisation) == organisation) & col(PaymentRefusal.payment_id).in_(payments)


def _forgotten(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return (col(ForgottenInvoice.organisation) == organisation) & (col(ForgottenInvoice.customer_id) == customer)


def _decisions(organisation: str, customer: UUID) -> ColumnElement[bool]:
    theirs = select(Receivable.invoice_id).where(_receivables(organisation, customer))
    return (col(ReceivableDecision.organisation) == organisation) & col(ReceivableDecision.invoice_id).in_(theirs)


def _put_off(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return _decisions(organisation, customer) & (col(ReceivableDecision.kind) == DecisionKind.DUE_DATE)


def _taken_off(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return _decisions(organisation, customer) & (col(ReceivableDecision.kind) != DecisionKind.DUE_DATE)


def _comments(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return (col(Comment.organisation) == organisation) & (col(Comment.customer_id) == customer)


def _themselves(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return (col(Customer.organisation) == organisation) & (col(Customer.id) == customer)


PSEUDONYM = "Client " + func.left(cast(col(Customer.id), Text), 8)
"""The same in French and English; two customers are still told apart."""
EMPTY_CUSTOMER = {
    "name": PSEUDONYM,
    "address": NO_ADDRESS,
    "email": None,
    "phone": None,
    "siren": None,
    "vat_number": None,
    "scenario": None,
}


async def obstacles(session: AsyncSession, organisation: str, customer: UUID) -> Sequence[str]:
    """Open invoices, the oldest five by number; money that is still theirs."""
    said = []
    is_open = _receivables(organisation, customer) & (col(Receivable.status) == ReceivableStatus.OPEN)
    query = select(Receivable.number).where(is_open).order_by(col(Receivable.due_date), col(Receivable.number))
    numbers = (await session.exec(query.limit(SAID + 1))).all()
    if numbers:
        more = ", …" if len(numbers) > SAID else ""
        said.append(f"invoices are open: {', '.join(numbers[:SAID])}{more}")
    left = _own_payments(organisation, customer) & (col(Payment.unallocated) > 0)
    payments = (await session.exec(select(Payment.payment_id).where(left).limit(SAID))).all()
    if payments:
        said.append(f"payments have money left that is theirs: {', '.join(payments)}")
    return said


async def mark_erased(session: AsyncSession, customer: Customer, *, now: datetime) -> None:
    """Without the row's values, which would be told to the audit."""
    await session.exec(update(Customer).where(_themselves(customer.organisation, customer.id)).values(erased_at=now))


HOLDINGS = Holdings(
    "billing",
    (
        Held(Customer, _themselves, EMPTY_CUSTOMER),
        Held(Comment, _comments),
        Held(Invoice, _drafts),
        Held(ReceivableDecision, _put_off, {"reason": NOBODY}),
        Held(ReceivableDecision, _taken_off, until=last_day(col(ReceivableDecision.decided_at))),
        Held(Invoice, _issued, until=last_day(col(Invoice.issue_date)), pdf="/invoices/{id}/pdf"),
        Held(ForgottenInvoice, _forgotten, until=last_day(col(ForgottenInvoice.issue_date))),
        Held(Receivable, _receivables, until=last_day(col(Receivable.issue_date))),
        Held(Payment, _payments, until=last_day(col(Payment.recorded_at))),
        Held(PaymentReversal, _reversals, until=last_day(col(PaymentReversal.recorded_at))),
        Held(PaymentRefusal, _refusals, until=last_day(col(PaymentRefusal.refused_at))),
        Held(Allocation, _allocations, until=last_day(col(Allocation.made_at))),
    ),
    obstacles,
)
