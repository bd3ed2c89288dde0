"""`/payments/{payment_id}/reverse`: a payment comes undone, once one has seen which invoices are owed again."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from contracts.events.payments import PaymentMethod
from contracts.rights import Right
from services.console.peers.billing import Billing, Payment, PaymentStatus, Reversal, ReversalReason
from services.console.web.catalogues import mark
from services.console.web.forms import Form
from services.console.web.visit import Visit, reading
from services.console.web.words import word_of

router = APIRouter(prefix="/payments")

Reverser = Annotated[Visit, reading(Right.PAYMENTS_REVERSE)]

NOTE = 400
USUAL = {PaymentMethod.CHEQUE: ReversalReason.UNPAID_CHEQUE, PaymentMethod.DIRECT_DEBIT: ReversalReason.REJECTED_DEBIT}
TOO_EARLY = mark("The payment was received on %(date)s: it cannot come undone before.")
SAY_WHY = mark("Please say which.")


@router.get("/{payment_id:path}/reverse")
async def reversal(payment_id: str, visit: Reverser) -> Response:
    """What the payment paid, and what is asked before it comes undone."""
    payment = await Billing(visit.client("billing")).payment(payment_id)
    return _show(visit, payment, visit.no_form())


@router.post("/{payment_id:path}/reverse")
async def reverse(payment_id: str, visit: Reverser) -> Response:
    """Its invoices are owed again, and their cases go on."""
    form, billing = await visit.form(), Billing(visit.client("billing"))
    payment = await billing.payment(payment_id)
    wanted = _read(form, payment, visit)
    if form.is_valid:
        with form.telling_refusals():
            await billing.reverse(payment_id, wanted, key=form.once)
            return visit.go(_after(payment), _told(visit, payment))
    return _show(visit, payment, form, status=422)


def _read(form: Form, payment: Payment, visit: Visit) -> Reversal:
    because = form.choice("because", ReversalReason)
    note = form.text("note", most=NOTE, needed=False)
    day = form.past_day("reversed_on", today=visit.last_today)
    if because is ReversalReason.OTHER and not note:
        form.wrong("note", SAY_WHY)
    received_on = min(payment.received_on or visit.today, visit.today)  # a bank may have dated it ahead
    if day < received_on and "reversed_on" not in form.errors:
        form.wrong("reversed_on", TOO_EARLY, date=visit.formats.day(received_on))
    words = [note] if because is ReversalReason.OTHER else [visit.say(word_of(because)), note]
    return Reversal(reversed_on=day, reason=": ".join(word for word in words if word) or "-")


def _show(visit: Visit, payment: Payment, form: Form, *, status: int = 200) -> Response:
    return visit.page(
        "payments/reverse.html",
        status,
        payment=payment,
        form=form,
        reasons=list(ReversalReason),
        usual=USUAL.get(payment.method, ReversalReason.MISTAKE) if payment.method else ReversalReason.MISTAKE,
        may_be_undone=payment.status in (PaymentStatus.APPLIED, PaymentStatus.UNALLOCATED),
    )


def _after(payment: Payment) -> str:
    """The invoice that is owed again; the list of payments where there are several, or none."""
    paid = payment.paid
    return f"/invoices/{paid[0].invoice_id}" if len(paid) == 1 else "/payments"


def _told(visit: Visit, payment: Payment) -> str:
    numbers = sorted(each.number for each in payment.paid)
    if not numbers:
        return visit.say("The payment is undone.")
    return visit.say("The payment is undone. Owed again: %(invoices)s.", invoices=", ".join(numbers))
