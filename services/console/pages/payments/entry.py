"""What a payment is for, as it is entered: the invoice that is meant, and where the rest of the money goes."""

from dataclasses import dataclass

from chassis.http import PeerRefused, PeerUnavailable
from services.console.pages.payments.proposing import SPREAD, proposals
from services.console.peers.billing import Billing, Matching, Payment
from services.console.web import currencies
from services.console.web.catalogues import mark
from services.console.web.forms import Form

LONGEST_NUMBER = 35
LONGEST_NAME = 200
"""Of a customer."""
NO_NUMBER = mark("No open invoice fits, and an invoice number has at most %(most)s characters.")
SEVERAL = mark("Several open invoices fit. Please choose one of them.")

Hindrance = PeerRefused | PeerUnavailable


@dataclass(frozen=True)
class Meant:
    """`number` names the invoice, or is what was typed when none fits; `is_picked`: it was chosen among proposals.

    `currency`: that of the invoice; where none fits, the one that was chosen.
    """

    number: str | None
    currency: str
    is_picked: bool = False


async def meant(billing: Billing, form: Form) -> Meant:
    """The proposal that was chosen; else the one invoice that fits what was typed.

    Whoever types fast sends the form before the proposals for the last letters came: those for other words count for
    nothing. When several fit, the form says so: money is never guessed onto an invoice.
    """
    words = form.text("q", most=LONGEST_NAME, needed=False)
    number, _, currency = form.text("invoice", most=50, needed=False).partition(" ")
    if number and form.value("found_for") == words:
        return Meant(number, currency or currencies.USUAL, is_picked=True)
    found = await proposals(billing, words, None)
    fitting = [each for each in found if each.number.lower() == words.lower()] or found
    if len(fitting) == 1:
        return Meant(fitting[0].number, fitting[0].currency)
    if fitting:
        form.wrong("q", SEVERAL)
    elif len(words) > LONGEST_NUMBER:
        form.wrong("q", NO_NUMBER, most=LONGEST_NUMBER)
    return Meant(words or None, currencies.chosen(form))


async def share_rest(billing: Billing, payment: Payment, *, key: str) -> tuple[Payment, Hindrance | None]:
    """Bring what is left to the customer's other open invoices, the one due first at the head.

    The payment as far as it is known then, and what ended it before: the payment itself is recorded all the same. Done
    again under the same key it changes nothing.
    """
    if not payment.unallocated or payment.customer_id is None:
        return payment, None
    try:
        owed = await billing.receivables(customer_id=payment.customer_id, status="open", limit=SPREAD)
        for each in owed.items:
            if payment.unallocated and each.currency == payment.currency:
                part = Matching(invoice_id=each.invoice_id, amount=min(payment.unallocated, each.balance))
                payment = await billing.match(payment.payment_id, part, key=f"{key}-{each.invoice_id}")
    except PeerUnavailable as away:
        return payment, away
    except PeerRefused as refused:
        return await _as_it_is(billing, payment), refused
    return payment, None


async def _as_it_is(billing: Billing, payment: Payment) -> Payment:
    """Or as it was last seen, while billing is away."""
    try:
        return await billing.payment(payment.payment_id)
    except PeerUnavailable:
        return payment
