"""What becomes of a payment: what of it goes where, and what is said of it."""

from collections.abc import Mapping
from decimal import Decimal

from contracts.events import PaymentReceived
from services.billing.payments.content import differences
from services.billing.payments.errors import (
    DifferentCurrency,
    MoreThanOwed,
    MoreThanUnallocated,
    PaymentNotRecorded,
    PaymentWasReversed,
)
from services.billing.payments.facts import Movement
from services.billing.payments.matching import Match
from services.billing.payments.models import AllocationCause, Payment, PaymentReversal, PaymentStatus
from services.billing.receivables.domain import require_open
from services.billing.receivables.models import Receivable


def stated(received: PaymentReceived) -> Mapping[str, object]:
    """Column of a payment -> what the publisher said."""
    payer = received.payer
    return {
        "amount": received.amount,
        "currency": received.currency,
        "received_on": received.received_on,
        "method": received.method,
        "invoice_number": received.invoice_number,
        "remittance": received.remittance,
        "payer_name": payer.name if payer else None,
        "payer_iban": payer.iban if payer else None,
    }


def says_the_same(payment: Payment, received: PaymentReceived) -> bool:
    """Whether the payment stands just as it is said. A fingerprint of before knows a payer without a name from none."""
    return payment.stands and not differences(payment, stated(received))


def why_refused(payment: Payment | None, received: PaymentReceived, match: Match) -> str | None:
    """The reason why nothing of it may be recorded, or None."""
    receivable = match.receivable
    if payment is not None and payment.stands:
        differs = differences(payment, stated(received))
        return f"payment_id: {payment.payment_id} was received before with other content ({differs})"
    if receivable is not None and receivable.currency != received.currency:
        return f"currency: {received.currency}, but invoice {receivable.number} is in {receivable.currency}"
    return None


def record(payment: Payment, received: PaymentReceived, match: Match, *, fingerprint: str) -> Movement | None:
    """Fill in the payment; returns what goes to the invoice that it names, if anything is owed there."""
    payment.sqlmodel_update(dict(stated(received)))
    payment.fingerprint = fingerprint
    payment.unallocated = received.amount
    payment.invoice_id = match.receivable.invoice_id if match.receivable else None
    payment.customer_id = match.receivable.customer_id if match.receivable else None
    share = min(received.amount, match.receivable.balance) if match.receivable else Decimal(0)
    payment.status = PaymentStatus.APPLIED if share else PaymentStatus.UNALLOCATED
    payment.reason = _why_not_all(match, left=received.amount - share)
    if match.receivable and share:
        return Movement(match.receivable, share, AllocationCause.RECEIVED)
    return None


def undo(payment: Payment, reversal: PaymentReversal) -> None:
    """Nothing of it is left. Its allocations are taken back by the caller; there are none when it came second."""
    payment.status = PaymentStatus.REVERSED
    payment.unallocated = Decimal(0)
    payment.reason = f"reversed on {reversal.reversed_on}: {reversal.reason}"


def await_payment(payment: Payment, reversal: PaymentReversal) -> None:
    """The reversal is known, the payment is not: once it arrives it will be undone at once."""
    payment.status = PaymentStatus.AWAITED
    payment.reason = (
        f"payment_id: no payment {payment.payment_id} was recorded yet; "
        f"its reversal of {reversal.reversed_on} is kept and undoes it when it arrives"
    )


def check_match(payment: Payment, receivable: Receivable, amount: Decimal) -> None:
    """Raises the fact that forbids bringing `amount` of the payment to the invoice."""
    require_recorded(payment)
    if payment.status is PaymentStatus.REVERSED:
        raise PaymentWasReversed(payment)
    require_open(receivable)
    if receivable.currency != payment.currency:
        raise DifferentCurrency(payment, receivable)
    if amount > payment.unallocated:
        raise MoreThanUnallocated(payment, amount)
    if amount > receivable.balance:
        raise MoreThanOwed(receivable, amount)


def require_recorded(payment: Payment) -> None:
    if not payment.stands:
        raise PaymentNotRecorded(payment)


def _why_not_all(match: Match, *, left: Decimal) -> str | None:
    receivable = match.receivable
    if receivable is None:
        return match.reason
    if not receivable.balance:
        return f"invoice {receivable.number} is {receivable.status}; nothing is owed on it"
    if left:
        return f"amount: {left:f} more than was owed on invoice {receivable.number}"
    return None
