"""`/invoices/{invoice_id}`: the invoice with its line of time, its document, and the acts about what is owed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from contracts.events.payments import PaymentMethod
from contracts.rights import Right
from services.console.pages.invoices.page import act, show
from services.console.peers.billing import Billing, DueDateAgreement, NewPayment, Reason
from services.console.web.documents import passed_on
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/invoices/{invoice_id}")

REASON = 500

Reader = Annotated[Visit, reading(Right.INVOICES_READ)]
Recorder = Annotated[Visit, reading(Right.PAYMENTS_RECORD)]
Issuer = Annotated[Visit, reading(Right.INVOICES_ISSUE)]
Negotiator = Annotated[Visit, reading(Right.RECEIVABLES_NEGOTIATE)]
Forgiver = Annotated[Visit, reading(Right.RECEIVABLES_WRITE_OFF)]


@router.get("")
async def invoice(invoice_id: UUID, visit: Reader) -> Response:
    return await show(visit, invoice_id)


@router.get("/pdf")
async def document(invoice_id: UUID, visit: Reader) -> Response:
    return await passed_on(visit.client("billing"), f"/invoices/{invoice_id}/pdf")


@router.post("/payment")
async def record_payment(invoice_id: UUID, visit: Recorder) -> Response:
    form = await visit.form()
    payment = NewPayment(
        payment_id=form.once,
        amount=form.amount("amount"),
        currency=form.text("currency", most=3),
        received_on=form.past_day("received_on", today=visit.last_today),
        method=form.choice("method", PaymentMethod),
        invoice_number=form.text("number", most=35),
    )
    billing = Billing(visit.client("billing"))
    return await act(
        visit, invoice_id, "payment", form, lambda: billing.record(payment), visit.say("Payment recorded.")
    )


@router.post("/issue")
async def issue(invoice_id: UUID, visit: Issuer) -> Response:
    """The draft is approved: it gets its number and is frozen, and dunning counts from its due date."""
    form = await visit.form()
    billing = Billing(visit.client("billing"))
    told = visit.say("The invoice is issued.")
    return await act(visit, invoice_id, "issue", form, lambda: billing.issue(invoice_id, key=form.once), told)


@router.post("/due-date")
async def agree_due_date(invoice_id: UUID, visit: Negotiator) -> Response:
    form = await visit.form()
    agreement = DueDateAgreement(due_date=form.day("due_date"), reason=form.text("reason", most=REASON))
    billing = Billing(visit.client("billing"))
    told = visit.say("The new due date is agreed.")
    return await act(
        visit, invoice_id, "due-date", form, lambda: billing.agree_due_date(invoice_id, agreement, key=form.once), told
    )


@router.post("/write-off")
async def write_off(invoice_id: UUID, visit: Forgiver) -> Response:
    form = await visit.form()
    reason = Reason(reason=form.text("reason", most=REASON))
    billing = Billing(visit.client("billing"))
    told = visit.say("The balance is written off.")
    return await act(
        visit, invoice_id, "write-off", form, lambda: billing.write_off(invoice_id, reason, key=form.once), told
    )
