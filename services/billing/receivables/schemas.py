"""What `/receivables` takes and gives."""

from typing import Annotated

from pydantic import Field

from chassis.paging import Page
from contracts.base import BusinessDate, Input, Instant
from contracts.receivable import Receivable
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
