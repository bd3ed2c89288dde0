"""Payments: entered by keyboard one after the other, and what could not be allocated brought to its invoice."""

import asyncio
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from contracts.events.payments import PaymentMethod
from contracts.rights import Right
from services.console.peers.billing import Billing, Matching, NewPayment, PaymentStatus, ReceivableItem
from services.console.web.catalogues import mark
from services.console.web.forms import Form
from services.console.web.links import link
from services.console.web.tables import Column, Table
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/payments")

Reader = Annotated[Visit, reading(Right.PAYMENTS_READ)]
Recorder = Annotated[Visit, reading(Right.PAYMENTS_RECORD)]
Matcher = Annotated[Visit, reading(Right.PAYMENTS_MATCH)]

SHOWN, PROPOSED = 30, 8
COLUMNS = (
    Column(mark("Received on")),
    Column(mark("Method")),
    Column(mark("Reference")),
    Column(mark("Invoices")),
    Column(mark("Amount"), align="end"),
    Column(mark("Unallocated"), align="end"),
    Column(mark("Status")),
)


@router.get("")
async def payments(visit: Reader) -> Response:
    return await _show(visit, visit.no_form())


@router.post("")
async def record(visit: Recorder) -> Response:
    """The next payment has the same day and method, so that a pile of cheques goes quickly."""
    form = await visit.form()
    number, _, currency = form.text("invoice", most=50, needed=False).partition(" ")
    payment = NewPayment(
        payment_id=form.once,
        amount=form.amount("amount"),
        currency=currency or "EUR",
        received_on=form.day("received_on"),
        method=form.choice("method", PaymentMethod),
        invoice_number=number or form.text("q", most=35, needed=False) or None,
        remittance=form.text("remittance", most=1000, needed=False) or None,
    )
    if form.is_valid:
        with form.telling_refusals():
            recorded = await Billing(visit.client("billing")).record(payment)
            again = link("/payments", received_on=payment.received_on.isoformat(), method=payment.method)
            return visit.go(again, _told(visit, recorded.status, [each.number for each in recorded.allocations]))
    return await _show(visit, form, status=422)


@router.get("/proposals")
async def proposals(visit: Recorder) -> Response:
    """Open invoices whose number or customer fits what was typed: a part of the page."""
    words = visit.query.get("q", "")
    found = (
        await Billing(visit.client("billing")).receivables(q=words, status="open", limit=PROPOSED) if words else None
    )
    return visit.page("payments/proposals.html", proposed=found.items if found else [], words=words)


@router.get("/{payment_id:path}/allocate")
async def allocation(payment_id: str, visit: Matcher) -> Response:
    """Where the rest of a payment may belong: open invoices of that very balance, and what a search finds."""
    return await _allocation(visit, payment_id, visit.no_form())


@router.post("/{payment_id:path}/allocate")
async def allocate(payment_id: str, visit: Matcher) -> Response:
    form = await visit.form()
    matching = Matching(invoice_id=form.identity("invoice_id"), amount=form.amount("amount"))
    if form.is_valid:
        with form.telling_refusals():
            await Billing(visit.client("billing")).match(payment_id, matching, key=form.once)
            return visit.go("/payments?status=unallocated", visit.say("The payment is allocated."))
    return await _allocation(visit, payment_id, form, status=422)


async def _show(visit: Visit, form: Form, *, status: int = 200) -> Response:
    wanted = visit.query.get("status", "")
    asked = {"has_credit": True} if wanted == PaymentStatus.UNALLOCATED else {}
    cursor = visit.query.get("cursor")
    page = await Billing(visit.client("billing")).payments(**asked, cursor=cursor, limit=SHOWN)
    table = Table("/payments", COLUMNS, visit.query, "", page.next)
    return visit.page(
        "payments/page.html",
        status,
        table=table,
        rows=page.items,
        form=form,
        unallocated_only=bool(asked),
        may_record=visit.may(Right.PAYMENTS_RECORD),
        may_match=visit.may(Right.PAYMENTS_MATCH),
    )


async def _allocation(visit: Visit, payment_id: str, form: Form, *, status: int = 200) -> Response:
    billing = Billing(visit.client("billing"))
    payment = await billing.payment(payment_id)
    rest = f"{payment.unallocated:f}"
    words = visit.query.get("q", "") or (payment.payer.name or "")
    same, found = await asyncio.gather(
        billing.receivables(status="open", min_amount=rest, max_amount=rest, limit=PROPOSED),
        billing.receivables(status="open", q=words[:100], limit=PROPOSED),
    )
    return visit.page(
        "payments/allocate.html",
        status,
        payment=payment,
        proposed=_once_each([*same.items, *(found.items if words else [])]),
        words=words,
        form=form,
    )


def _once_each(several: list[ReceivableItem]) -> list[ReceivableItem]:
    return list({each.invoice_id: each for each in several}.values())


def _told(visit: Visit, status: PaymentStatus, numbers: list[str]) -> str:
    if status is PaymentStatus.APPLIED and numbers:
        return visit.say("Recorded, and allocated to %(invoices)s.", invoices=", ".join(numbers))
    return visit.say("Recorded. It is not allocated yet.")
