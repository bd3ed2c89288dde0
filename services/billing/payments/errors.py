"""Facts that forbid what a person asked of a payment."""

from decimal import Decimal

from chassis.problems import DomainError
from services.billing.payments.models import Payment
from services.billing.receivables.models import Receivable


class PaymentNotRecorded(DomainError):
    def __init__(self, payment: Payment) -> None:
        super().__init__(f"Payment {payment.payment_id} is {payment.status}: {payment.reason}.")


class PaymentWasReversed(DomainError):
    def __init__(self, payment: Payment) -> None:
        super().__init__(f"Payment {payment.payment_id} is reversed: {payment.reason}.")


class DifferentCurrency(DomainError):
    def __init__(self, payment: Payment, receivable: Receivable) -> None:
        super().__init__(
            f"Payment {payment.payment_id} is in {payment.currency}; "
            f"invoice {receivable.number} is in {receivable.currency}."
        )


class MoreThanUnallocated(DomainError):
    def __init__(self, payment: Payment, amount: Decimal) -> None:
        super().__init__(
            f"amount: {amount:f} is more than is left of payment {payment.payment_id}; "
            f"expected at most {payment.unallocated:f}"
        )


class MoreThanOwed(DomainError):
    def __init__(self, receivable: Receivable, amount: Decimal) -> None:
        super().__init__(
            f"amount: {amount:f} is more than is owed on invoice {receivable.number}; "
            f"expected at most {receivable.balance:f}"
        )
