"""Draft, issue and credit invoices."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import faults, outbox
from chassis.auth import Caller
from chassis.dates import business_day
from chassis.problems import NotFound
from contracts.events import InvoiceIssued
from services.billing.customers.use_cases import CustomerIsErased, get_known_customer
from services.billing.invoices import domain, store
from services.billing.invoices.domain import Number
from services.billing.invoices.models import Invoice
from services.billing.invoices.schemas import DraftInput
from services.billing.issuing import store as issuing
from services.billing.receivables.domain import receivable_of
from services.billing.receivables.use_cases import credit_receivable
from services.billing.receivables.views import event_of
from services.billing.sellers.use_cases import SellerNotSet


async def get_invoice(session: AsyncSession, organisation: str, invoice_id: UUID, *, lock: bool = False) -> Invoice:
    invoice = await store.find_invoice(session, organisation, invoice_id, lock=lock)
    if invoice is None:
        raise NotFound("invoice", invoice_id)
    return invoice


async def draft_invoice(session: AsyncSession, organisation: str, given: DraftInput, *, now: datetime) -> Invoice:
    await get_known_customer(session, organisation, given.customer_id)
    invoice = domain.draft_invoice(organisation, given, now=now)
    session.add(invoice)
    await session.flush()
    return invoice


async def change_draft(session: AsyncSession, caller: Caller, invoice_id: UUID, given: DraftInput) -> Invoice:
    invoice = await get_invoice(session, caller.organisation, invoice_id, lock=True)
    await get_known_customer(session, caller.organisation, given.customer_id)
    domain.change_draft(invoice, given)
    await session.flush()
    return invoice


async def delete_draft(session: AsyncSession, caller: Caller, invoice_id: UUID) -> None:
    invoice = await get_invoice(session, caller.organisation, invoice_id, lock=True)
    domain.check_draft(invoice)
    await session.delete(invoice)
    await session.flush()


async def issue_invoice(
    session: AsyncSession, organisation: str, invoice_id: UUID, *, due_date: date | None, now: datetime
) -> Invoice:
    """Number and freeze the draft, and open its receivable, or nothing at all.

    The number is taken when all that is needed is known: the next invoice of the series waits for it.
    """
    found = await issuing.lock(session, organisation, invoice_id)
    if found is None:
        raise NotFound("invoice", invoice_id)
    invoice, customer, identity, forgotten = found
    domain.check_can_be_issued(invoice, forgotten=forgotten)
    if customer.erased_at is not None:
        raise CustomerIsErased(customer)
    if identity is None:
        raise SellerNotSet(organisation)
    number = await _take_number(session, organisation, domain.INVOICES, now=now)
    domain.issue(invoice, number, identity.seller, customer, due_date=due_date, now=now)
    receivable = receivable_of(invoice, now=now)
    event = event_of(receivable, customer, InvoiceIssued)
    await issuing.write(session, invoice, receivable, outbox.message_of(event, at=now))
    return invoice


async def credit_invoice(
    session: AsyncSession, caller: Caller, invoice_id: UUID, *, reason: str, now: datetime
) -> Invoice:
    """Take an issued invoice back in full, and with it what is owed; returns the credit note."""
    invoice = await get_invoice(session, caller.organisation, invoice_id, lock=True)
    domain.check_can_be_credited(invoice)
    number = await _take_number(session, caller.organisation, domain.CREDIT_NOTES, now=now)
    note = domain.credit(invoice, number, reason=reason, now=now)
    session.add(note)
    await session.flush()
    await credit_receivable(session, caller, invoice_id, credit_note=str(number), now=now)
    return note


async def _take_number(session: AsyncSession, organisation: str, series: str, *, now: datetime) -> Number:
    sequence, issue_date = await store.take_number(session, organisation, series, business_day(now))
    faults.reached("numbers: taken, not committed")
    return Number(series, sequence, issue_date)
