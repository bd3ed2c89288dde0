"""`/invoices/{invoice_id}`: the invoice with its line of time, its document, and the acts."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.dates import end_of
from contracts.dunning import HoldKind
from contracts.events.payments import PaymentMethod
from contracts.rights import Right
from services.console.pages.invoices.page import act, show
from services.console.peers.billing import Billing, DueDateAgreement, NewPayment, Reason
from services.console.peers.dunning import Closing, Dunning, Pause
from services.console.web.documents import passed_on
from services.console.web.forms import Form
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/invoices/{invoice_id}")

NOTE = 1000
REASON = 500

Reader = Annotated[Visit, reading(Right.INVOICES_READ)]
Recorder = Annotated[Visit, reading(Right.PAYMENTS_RECORD)]
Steerer = Annotated[Visit, reading(Right.CASES_STEER)]
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
        received_on=form.day("received_on"),
        method=form.choice("method", PaymentMethod),
        invoice_number=form.text("number", most=35),
    )
    billing = Billing(visit.client("billing"))
    return await act(
        visit, invoice_id, "payment", form, lambda: billing.record(payment), visit.say("Payment recorded.")
    )


@router.post("/pause")
async def pause(invoice_id: UUID, visit: Steerer) -> Response:
    form = await visit.form()
    return await _hold(visit, invoice_id, "pause", form, HoldKind.PAUSED, form.optional_day("until"))


@router.post("/promise")
async def promise(invoice_id: UUID, visit: Steerer) -> Response:
    """Nothing is sent until the promised day is over."""
    form = await visit.form()
    return await _hold(visit, invoice_id, "promise", form, HoldKind.PROMISED, form.day("until"))


@router.post("/dispute")
async def dispute(invoice_id: UUID, visit: Steerer) -> Response:
    form = await visit.form()
    form.text("note", most=NOTE)
    return await _hold(visit, invoice_id, "dispute", form, HoldKind.DISPUTED, None)


@router.post("/resume")
async def resume(invoice_id: UUID, visit: Steerer) -> Response:
    form = await visit.form()
    dunning = Dunning(visit.client("dunning"))
    told = visit.say("The case goes on.")
    return await act(visit, invoice_id, "resume", form, lambda: dunning.resume(invoice_id, key=form.once), told)


@router.post("/close")
async def close(invoice_id: UUID, visit: Steerer) -> Response:
    """The invoice is dunned no more until its exclusion is lifted."""
    form = await visit.form()
    closing = Closing(reason="excluded", note=form.text("note", most=NOTE))
    dunning = Dunning(visit.client("dunning"))
    told = visit.say("The case is closed.")
    return await act(visit, invoice_id, "close", form, lambda: dunning.close(invoice_id, closing, key=form.once), told)


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


async def _hold(visit: Visit, invoice_id: UUID, name: str, form: Form, kind: HoldKind, last: date | None) -> Response:
    """Up to the end of the last day; without one, until someone resumes it."""
    hold = Pause(kind=kind, until=_end_of(form, last), note=form.text("note", most=NOTE, needed=False))
    dunning = Dunning(visit.client("dunning"))
    told = visit.say("The case is on hold.")
    return await act(visit, invoice_id, name, form, lambda: dunning.pause(invoice_id, hold, key=form.once), told)


def _end_of(form: Form, day: date | None) -> datetime | None:
    return end_of(day) if day is not None and form.is_valid else None
