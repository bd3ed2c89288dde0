"""What is noted lapses; of erased customers, what the law kept, once its period is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, literal_column, tuple_
from sqlalchemy.orm import Mapped
from sqlmodel import col, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from chassis.personal.pruning import Pruning
from services.billing.comments.models import Comment
from services.billing.customers.models import Customer
from services.billing.invoices.models import Invoice, InvoiceDocument, InvoiceStatus
from services.billing.payments.models import Payment, PaymentRefusal, PaymentReversal
from services.billing.privacy.store import NOBODY, last_day
from services.billing.receivables.models import ReceivableDecision
from services.billing.settings import Settings

AT_ONCE = timedelta(0)
"""Once the law's own period is over, which counts in years of the calendar."""
NO_BUYER: ColumnElement[Any] = literal_column(
    "invoices.customer_snapshot || jsonb_build_object('name', '-', 'email', null, 'siren', null, 'vat_number', null,"
    " 'address', jsonb_build_object('lines', jsonb_build_array('-'), 'postal_code', '', 'city', '-',"
    " 'country', invoices.customer_snapshot -> 'address' ->> 'country'))"
)
LINES_WITHOUT_WORDS: ColumnElement[Any] = literal_column(
    "(select jsonb_agg(line || jsonb_build_object('description', '-') order by place)"
    " from jsonb_array_elements(invoices.lines) with ordinality as listed (line, place))"
)
NO_INVOICE = {
    "customer_snapshot": NO_BUYER,
    "lines": LINES_WITHOUT_WORDS,
    "subject": "",
    "note": "",
    "order_reference": None,
}
NO_REASON: ColumnElement[Any] = literal_column("case when payments.reason is null then null else '-' end")
NO_PAYMENT = {"payer_name": None, "payer_iban": None, "remittance": None, "reason": NO_REASON}


NO_REFUSAL = {"content": "{}", "reason": NOBODY}


def prunings(settings: Settings) -> Sequence[Pruning]:
    return (
        Pruning(Comment, lambda before: col(Comment.written_at) < before, settings.comments_kept),
        Pruning(InvoiceDocument, lambda now: col(InvoiceDocument.invoice_id).in_(_old_invoices(now)), AT_ONCE),
        Pruning(Invoice, lambda now: col(Invoice.id).in_(_old_invoices(now)), AT_ONCE, NO_INVOICE),
        Pruning(ReceivableDecision, _old_decisions, AT_ONCE, {"reason": NOBODY}),
        Pruning(PaymentReversal, _old_reversals, AT_ONCE, {"reason": NOBODY}),
        Pruning(PaymentRefusal, _old_refusals, AT_ONCE, NO_REFUSAL),
        Pruning(Payment, lambda now: _is_over(Payment.recorded_at, now) & _concerns_nobody(), AT_ONCE, NO_PAYMENT),
    )


def _is_over(day: Mapped[Any] | Any, now: datetime) -> ColumnElement[bool]:
    return last_day(day) < now.date()


def _erased() -> SelectOfScalar[UUID]:
    return select(Customer.id).where(col(Customer.erased_at).is_not(None))


def _invoices() -> SelectOfScalar[UUID]:
    """Of erased customers."""
    issued = col(Invoice.status) != InvoiceStatus.DRAFT
    return select(Invoice.id).where(col(Invoice.customer_id).in_(_erased()), issued)


def _old_invoices(now: datetime) -> SelectOfScalar[UUID]:
    return _invoices().where(_is_over(Invoice.issue_date, now))


def _old_decisions(now: datetime) -> ColumnElement[bool]:
    return _is_over(ReceivableDecision.decided_at, now) & col(ReceivableDecision.invoice_id).in_(_invoices())


def _concerns_nobody() -> ColumnElement[bool]:
    """Payments of erased customers, and those that name no customer and of which nothing is left to be given back."""
    is_spent = col(Payment.customer_id).is_(None) & (col(Payment.unallocated) == 0)
    return col(Payment.customer_id).in_(_erased()) | is_spent


def _payments() -> Select[str, str]:
    return select(Payment.organisation, Payment.payment_id).where(_concerns_nobody())


def _old_reversals(now: datetime) -> ColumnElement[bool]:
    key = tuple_(col(PaymentReversal.organisation), col(PaymentReversal.payment_id))
    return _is_over(PaymentReversal.recorded_at, now) & key.in_(_payments())


def _old_refusals(now: datetime) -> ColumnElement[bool]:
    key = tuple_(col(PaymentRefusal.organisation), col(PaymentRefusal.payment_id))
    return _is_over(PaymentRefusal.refused_at, now) & key.in_(_payments())
