"""What `/payments` takes and gives."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.base import Amount, BusinessDate, Currency, Input, Instant, Text
from contracts.events import PaymentReceived
from contracts.events.billing import AllocationView
from contracts.events.payments import PaidAmount, Payer, PaymentId, PaymentMethod
from services.billing.payments.models import AllocationCause, PaymentStatus

InvoiceNumber = Annotated[Text, Field(max_length=35)]
Remittance = Annotated[Text, Field(max_length=1000)]
Reason = Annotated[Text, Field(min_length=1, max_length=500)]


class NewPayment(Input):
    """As the event `payments.payment.received.v1`, of the caller's organisation; without an id it gets a new one."""

    payment_id: PaymentId | None = None
    amount: PaidAmount
    currency: Currency
    received_on: BusinessDate
    method: PaymentMethod
    invoice_number: InvoiceNumber | None = None
    remittance: Remittance | None = None
    payer: Payer | None = None

    def as_event(self, organisation: str, *, unnamed: UUID) -> PaymentReceived:
        content = dict(self) | {"payment_id": self.payment_id or str(unnamed)}
        return PaymentReceived(organisation=organisation, **content)


class Reversal(Input):
    reversed_on: BusinessDate
    reason: Reason


class Matching(Input):
    invoice_id: UUID
    amount: PaidAmount


class MovementView(AllocationView):
    """Money that went to the invoice, or came back from it (negative)."""

    cause: AllocationCause
    made_by: str
    made_by_name: str | None
    made_at: Instant


class RefusalView(BaseModel):
    """A fact about this payment that was refused; `content` is what came, as JSON text."""

    type: str
    reason: str
    content: str
    refused_at: Instant


class PaymentView(BaseModel):
    """What its publisher and the accountants see. What it carries is null while it is rejected or awaited."""

    payment_id: str
    status: PaymentStatus
    reason: str | None
    amount: Amount | None
    unallocated: Amount
    currency: str | None
    received_on: date | None
    method: PaymentMethod | None
    invoice_number: str | None
    remittance: str | None
    payer: Payer
    customer_id: UUID | None
    recorded_at: Instant
    allocations: list[MovementView]
    refusals: list[RefusalView]
