"""Payments: entered by keyboard one after the other, and what could not be allocated brought to its invoice."""

import asyncio
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.http import PeerRefused
from contracts.events.payments import PaymentMethod
from contracts.rights import Right
from services.console.pages.payments.entry import Hindrance, meant, share_rest
from services.console.pages.payments.proposing import PROPOSED, Proposal, propose
from services.console.pages.payments.proposing import proposals as proposed_for
from services.console.peers.billing import Billing, Matching, NewPayment, Payment, PaymentStatus
from services.console.web import currencies
from services.console.web.catalogues import mark
from services.console.web.flash import Kind
from services.console.web.forms import Form
from services.console.web.links import link
from services.console.web.problems import words_of
from services.console.web.tables import Column, Table
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/payments")

Reader = Annotated[Visit, reading(Right.PAYMENTS_READ)]
Recorder = Annotated[Visit, reading(Right.PAYMENTS_RECORD)]
Matcher = Annotated[Visit, reading(Right.PAYMENTS_MATCH)]

SHOWN = 30
NOTHING_FITS = mark("Nothing is left of the payment, or nothing is owed on the invoice any more.")
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
    form, billing = await visit.form(), Billing(visit.client("billing"))
    invoice = await meant(billing, form)
    payment = NewPayment(
        payment_id=form.once,
        amount=form.amount("amount"),
        currency=invoice.currency,
        received_on=form.past_day("received_on", today=visit.last_today),
        method=form.choice("method", PaymentMethod),
        invoice_number=invoice.number,
        remittance=form.text("remittance", most=1000, needed=False) or None,
    )
    recorded, refused = None, None
    if form.is_valid:
        with form.telling_refusals():
            recorded = await billing.record(payment)
    if recorded is None:
        proposal = await propose(visit, form, invoice.number or "", is_picked=invoice.is_picked)
        return await _show(visit, form, proposal, status=422)
    # From here on the form is not shown again: it would have a new key, and record a second payment.
    if form.value("share") and visit.may(Right.PAYMENTS_MATCH):
        recorded, refused = await share_rest(billing, recorded, key=form.once)
    again = link("/payments", received_on=payment.received_on.isoformat(), method=payment.method)
    return visit.go(again, *_told(visit, recorded, refused))


@router.get("/proposals")
async def proposals(visit: Recorder) -> Response:
    """Open invoices whose number or customer fits what was typed, and how the amount is shared: a part of the page."""
    form = Form(visit.query, visit.formats, visit.say)
    picked = form.value("invoice").partition(" ")[0] if "picked" in form.values else ""
    proposal = await propose(visit, form, picked, is_picked=bool(picked))
    return visit.page("payments/proposals.html", proposal=proposal, form=form, currencies=currencies.OFFERED)


@router.get("/{payment_id:path}/allocate")
async def allocation(payment_id: str, visit: Matcher) -> Response:
    """Where the rest of a payment may belong: open invoices of that very balance, and what a search finds."""
    return await _allocation(visit, payment_id, visit.no_form())


@router.post("/{payment_id:path}/allocate")
async def allocate(payment_id: str, visit: Matcher) -> Response:
    """Without an amount: as much as fits."""
    form, billing = await visit.form(), Billing(visit.client("billing"))
    invoice_id = form.identity("invoice_id")
    amount = form.amount("amount") if form.value("amount").strip() else None
    if form.is_valid:
        with form.telling_refusals():
            fitting = amount or await _what_fits(billing, payment_id, invoice_id)
            if fitting:
                await billing.match(payment_id, Matching(invoice_id=invoice_id, amount=fitting), key=form.once)
                return visit.go("/payments?status=unallocated", visit.say("The payment is allocated."))
            form.wrong("", NOTHING_FITS)
    return await _allocation(visit, payment_id, form, status=422)


async def _what_fits(billing: Billing, payment_id: str, invoice_id: UUID) -> Decimal:
    """The smaller of what is left of the payment and what is owed; all that is left where nothing is known."""
    payment, owed = await asyncio.gather(billing.payment(payment_id), billing.receivable(invoice_id))
    return min(payment.unallocated, owed.balance) if owed else payment.unallocated


async def _show(visit: Visit, form: Form, proposal: Proposal | None = None, *, status: int = 200) -> Response:
    wanted = visit.query.get("status", "")
    asked = {"has_credit": True} if wanted == PaymentStatus.UNALLOCATED else {}
    cursor = visit.query.get("cursor")
    billing = Billing(visit.client("billing"))
    page = await billing.payments(**asked, cursor=cursor, limit=SHOWN)
    waiting = [each.payment_id for each in page.items if each.unallocated and visit.may(Right.PAYMENTS_MATCH)]
    suggested = await billing.suggestions(waiting, each=1) if waiting else []
    table = Table("/payments", COLUMNS, visit.query, "", page.next)
    return visit.page(
        "payments/page.html",
        status,
        table=table,
        rows=page.items,
        suggested={each.payment_id: each for each in suggested},
        proposal=proposal or Proposal(),
        form=form,
        currencies=currencies.OFFERED,
        unallocated_only=bool(asked),
        may_record=visit.may(Right.PAYMENTS_RECORD),
        may_match=visit.may(Right.PAYMENTS_MATCH),
        may_reverse=visit.may(Right.PAYMENTS_REVERSE),
    )


async def _allocation(visit: Visit, payment_id: str, form: Form, *, status: int = 200) -> Response:
    billing = Billing(visit.client("billing"))
    payment = await billing.payment(payment_id)
    suggested, found = await asyncio.gather(
        billing.suggestions([payment_id], each=PROPOSED), proposed_for(billing, visit.query.get("q", ""), None)
    )
    return visit.page(
        "payments/allocate.html",
        status,
        payment=payment,
        suggested=suggested,
        proposed=[each for each in found if each.invoice_id not in {known.invoice_id for known in suggested}],
        words=visit.query.get("q", ""),
        form=form,
    )


def _told(visit: Visit, payment: Payment, refused: Hindrance | None) -> tuple[str, Kind]:
    """`refused`: why what is left of it was not shared."""
    numbers = ", ".join(each.number for each in payment.allocations)
    told = [visit.say("Recorded. It is not allocated yet.")]
    if numbers:
        told = [visit.say("Recorded, and allocated to %(invoices)s.", invoices=numbers)]
    if numbers and payment.unallocated:
        left = visit.formats.money(payment.unallocated, payment.currency or currencies.USUAL)
        told.append(visit.say("%(amount)s of it is left.", amount=left))
    if refused is None or not payment.unallocated:
        return " ".join(told), "done"
    reason = visit.say("A service does not answer.")
    if isinstance(refused, PeerRefused):
        reason = words_of(refused, visit.say)
    told.append(visit.say("It was not shared further: %(reason)s", reason=reason))
    return " ".join(told), "problem"
