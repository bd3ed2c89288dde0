"""What `/payment-suggestions` gives."""

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel

from contracts.base import BusinessDate, DecimalString


class Because(StrEnum):
    SAME_AMOUNT = "same_amount"
    SAME_CUSTOMER = "same_customer"
    PAYER_NAME = "payer_name"


class Suggestion(BaseModel):
    """An open invoice, in the currency of the payment, to which what is left of it may belong, and why."""

    payment_id: str
    invoice_id: UUID
    number: str
    customer_id: UUID
    customer_name: str
    due_date: BusinessDate
    balance: DecimalString
    because: list[Because]


class Suggestions(BaseModel):
    """The best for each payment first: that for which most speaks, then the one due first."""

    items: list[Suggestion]
