"""What `/invoices` takes."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.base import BusinessDate, Currency, Input, Key
from contracts.lines import Lines, Text
from services.billing.customers.schemas import PaymentTerms
from services.billing.texts import Line


class DraftInput(Input):
    """The whole draft: a PUT replaces what was there.

    `payment_terms_days` (else the customer's) and `scenario` (else what dunning's rules say) are of this invoice
    alone. `note` is printed below the totals: the reason of an exemption from VAT, for example.
    """

    customer_id: UUID
    currency: Currency = "EUR"
    lines: Lines
    subject: Annotated[Line, Field(max_length=200)] = ""
    order_reference: Annotated[Line, Field(min_length=1, max_length=100)] | None = None
    supply_date: BusinessDate | None = Field(default=None, description="Of the supply, when it is not the issue date")
    note: Annotated[Text, Field(max_length=1000)] = ""
    payment_terms_days: PaymentTerms | None = None
    scenario: Key | None = None


class IssueInput(Input):
    due_date: BusinessDate | None = Field(default=None, description="Else the issue date and the payment terms")


class CreditInput(Input):
    reason: Annotated[Line, Field(min_length=1, max_length=200)]
