"""What other programs publish when money comes in or goes back."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, ConfigDict, Field

from contracts.base import Amount, BusinessDate, Currency, Input, Text
from contracts.currencies import CURRENCIES
from contracts.events.base import Event

PaymentId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="The bank's or the provider's reference, printable ASCII without spaces. With the organisation "
        "it is the identity of the payment: the same twice is one payment.",
    ),
]
"""The payer's bank or provider reference: with the organisation, the identity of a payment."""


def _more_than_zero(value: Decimal) -> Decimal:
    if value <= 0:
        raise ValueError(f"{value:f} is not more than zero; money that goes back is a reversal of its payment")
    return value


PaidAmount = Annotated[
    Amount,
    AfterValidator(_more_than_zero),
    Field(
        json_schema_extra={"pattern": r"^[0-9]{1,13}(\.[0-9]{1,2})?$", "not": {"pattern": "^[0.]+$"}},
        description="A decimal string with a point and at most two decimals, more than zero.",
    ),
]


class PaymentMethod(StrEnum):
    TRANSFER = "transfer"
    CARD = "card"
    DIRECT_DEBIT = "direct_debit"
    CHEQUE = "cheque"
    CASH = "cash"
    OTHER = "other"


class Payer(Input):
    """Who paid, as the bank tells it; helps a person to match a payment without an invoice number."""

    name: Text | None = Field(default=None, max_length=200)
    iban: Text | None = Field(default=None, max_length=34)


class PaymentReceived(Event):
    """Money arrived. The same payment twice counts once; the same identity with other content is rejected."""

    type: ClassVar[str] = "payments.payment.received.v1"
    example: ClassVar[dict[str, Any]] = {
        "payment_id": "BNP-2026-02-03-000117",
        "organisation": "demo",
        "amount": "1200.00",
        "currency": "EUR",
        "received_on": "2026-02-03",
        "method": "transfer",
        "invoice_number": "F-2026-00042",
        "remittance": "FACTURE F-2026-00042",
        "payer": {"name": "Garage Lefèvre", "iban": "FR7630006000011234567890189"},
    }
    model_config = ConfigDict(frozen=True, extra="forbid")

    payment_id: PaymentId
    amount: PaidAmount
    currency: Currency = Field(
        description="ISO 4217; that of the invoice.", json_schema_extra={"enum": [*sorted(CURRENCIES)]}
    )
    received_on: BusinessDate = Field(description="The day the money arrived, 2000 to 2099.")
    method: PaymentMethod
    invoice_number: Text | None = Field(
        default=None,
        max_length=35,
        description="The invoice that is paid. Without it, or when there is no such invoice, the payment is kept "
        "unallocated and a person matches it.",
    )
    remittance: Text | None = Field(default=None, max_length=1000, description="The words that came with the money.")
    payer: Payer | None = None


class PaymentReversed(Event):
    """A payment came undone: bounced cheque, rejected direct debit, chargeback. Its invoices reopen."""

    type: ClassVar[str] = "payments.payment.reversed.v1"
    example: ClassVar[dict[str, Any]] = {
        "payment_id": "BNP-2026-02-03-000117",
        "organisation": "demo",
        "reversed_on": "2026-02-10",
        "reason": "insufficient funds",
    }
    model_config = ConfigDict(frozen=True, extra="forbid")

    payment_id: PaymentId
    reversed_on: BusinessDate = Field(description="The day the money went back, 2000 to 2099.")
    reason: Text = Field(min_length=1, max_length=500, description="Why, in words; the invoice's journal shows it.")
