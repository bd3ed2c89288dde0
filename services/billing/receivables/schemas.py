"""What `/receivables` takes and gives."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from chassis.paging import Page
from contracts.base import Amount, BusinessDate, Input, Instant
from contracts.receivable import Receivable
from services.billing.payments.models import AllocationCause
from services.billing.receivables.models import DecisionKind
from services.billing.texts import Text

Why = Annotated[Text, Field(min_length=1, max_length=500)]


class DueDateAgreement(Input):
    """The customer was given until `due_date`; the invoice document keeps what it printed."""

    due_date: BusinessDate
    reason: Why


class WriteOff(Input):
    reason: Why


class ReceivableItem(Receivable):
    customer_name: str
    days_late: int = Field(description="Calendar days since the due date; negative before it.")


class ReceivablePage(Page[ReceivableItem]):
    """`as_of` as in `GET /receivables/{invoice_id}`, for all the items."""

    as_of: Instant


class CurrencyTotal(BaseModel):
    currency: str
    count: int
    balance: Amount
    overdue: Amount


class ReceivableTotals(BaseModel):
    """Empty where nothing fits the filters. Not complete: more than 100,000 fit, and these are the totals of some."""

    currencies: list[CurrencyTotal]
    is_complete: bool


class PaymentMovement(BaseModel):
    """Money of a payment that went to the invoice, or came back from it (negative).

    Where the payment was reversed, with the reason and the day of that.
    """

    payment_id: str
    amount: Amount
    cause: AllocationCause
    made_by: str
    made_by_name: str | None
    made_at: Instant
    reason: str | None
    reversed_on: date | None


class DecisionView(BaseModel):
    """`due_date` is what was agreed; `amount` what was taken off the balance."""

    model_config = ConfigDict(from_attributes=True)

    kind: DecisionKind
    reason: str
    due_date: date | None
    amount: Amount | None
    decided_by: str
    decided_by_name: str | None
    decided_at: Instant


class ReceivableHistory(BaseModel):
    movements: list[PaymentMovement]
    decisions: list[DecisionView]
