"""`/invoices`: drafts, issued invoices and credit notes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import MOMENT_AND_ID, Cursor, Limit, Page, page_of, position_of
from contracts.rights import Right
from services.billing.invoices import store, use_cases
from services.billing.invoices.models import InvoiceStatus
from services.billing.invoices.schemas import CreditInput, DraftInput, IssueInput
from services.billing.invoices.store import InvoiceFilter
from services.billing.invoices.views import InvoiceSummary, InvoiceView
from services.billing.texts import Line

router = APIRouter(prefix="/invoices", tags=["invoices"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.INVOICES_READ)]
Drafter = Annotated[Caller, require(Right.INVOICES_DRAFT)]
Issuer = Annotated[Caller, require(Right.INVOICES_ISSUE)]
Crediter = Annotated[Caller, require(Right.INVOICES_CREDIT)]
Search = Annotated[Line | None, Query(min_length=1, max_length=35, description="In the number")]


@router.post("", status_code=201)
async def draft_invoice(body: DraftInput, caller: Drafter, transaction: Transaction, now: CurrentClock) -> InvoiceView:
    """A draft: computed, without a number, free to change."""
    invoice = await use_cases.draft_invoice(transaction, caller.organisation, body, now=now())
    return InvoiceView.model_validate(invoice)


@router.get("")
async def list_invoices(
    caller: Reader,
    transaction: Transaction,
    status: InvoiceStatus | None = None,
    customer_id: UUID | None = None,
    q: Search = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[InvoiceSummary]:
    """Newest first."""
    wanted = InvoiceFilter(status, customer_id, q)
    after = position_of(cursor, MOMENT_AND_ID)
    rows = await store.list_invoices(transaction, caller.organisation, wanted, after=after, limit=limit + 1)
    return page_of(rows, limit, InvoiceSummary.model_validate, position=lambda row: (row.created_at, row.id))


@router.get("/{invoice_id}")
async def read_invoice(invoice_id: UUID, caller: Reader, transaction: Transaction) -> InvoiceView:
    invoice = await use_cases.get_invoice(transaction, caller.organisation, invoice_id)
    return InvoiceView.model_validate(invoice)


@router.put("/{invoice_id}")
async def change_draft(invoice_id: UUID, body: DraftInput, caller: Drafter, transaction: Transaction) -> InvoiceView:
    """Replace the whole draft. 409 once it is issued."""
    invoice = await use_cases.change_draft(transaction, caller, invoice_id, body)
    return InvoiceView.model_validate(invoice)


@router.delete("/{invoice_id}", status_code=204)
async def delete_draft(invoice_id: UUID, caller: Drafter, transaction: Transaction) -> None:
    """409 once it is issued."""
    await use_cases.delete_draft(transaction, caller, invoice_id)


@router.post("/{invoice_id}/issue")
async def issue_invoice(
    invoice_id: UUID, caller: Issuer, transaction: Transaction, now: CurrentClock, body: IssueInput | None = None
) -> InvoiceView:
    """Give it the next number and today's date, and freeze it for ever; dunning starts from the due date."""
    due_date = body.due_date if body else None
    invoice = await use_cases.issue_invoice(transaction, caller.organisation, invoice_id, due_date=due_date, now=now())
    return InvoiceView.model_validate(invoice)


@router.post("/{invoice_id}/credit", status_code=201)
async def credit_invoice(
    invoice_id: UUID, body: CreditInput, caller: Crediter, transaction: Transaction, now: CurrentClock
) -> InvoiceView:
    """Take an issued invoice back in full by a credit note, which is the answer."""
    note = await use_cases.credit_invoice(transaction, caller, invoice_id, reason=body.reason, now=now())
    return InvoiceView.model_validate(note)
