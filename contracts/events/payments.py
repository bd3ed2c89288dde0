"""What other programs publish when money comes in or goes back."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field

from contracts.base import Amount, BusinessDate, Currency, Input
from contracts.events.base import Event

PaymentId = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]
"""The payer's bank or provider reference: with the organisation, the identity of a payment."""


class PaymentMethod(StrEnum):
    TRANSFER = "transfer"
    CARD = "card"
    DIRECT_DEBIT = "direct_debit"
    CHEQUE = "cheque"
    CASH = "cash"
    OTHER = "other"


class Payer(Input):
    name: str | None = Field(default=None, max_length=200)
    iban: str | None = Field(default=None, max_length=34)


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
    amount: Annotated[Amount, Field(gt=0)]
    currency: Currency
    received_on: BusinessDate
    method: PaymentMethod
    invoice_number: str | None = Field(default=None, max_length=35)
    remittance: str | None = Field(default=None, max_length=1000)
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
    reversed_on: BusinessDate
    reason: str = Field(min_length=1, max_length=500)
