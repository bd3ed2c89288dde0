"""What `/receivables/aged` gives."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.paging import Page
from contracts.base import DecimalString, Instant

Days = Annotated[DecimalString, Field(description="Open, by calendar days since the due date")]


class AgedAmounts(BaseModel):
    """What is open in one currency, by how late it is; `total` is the sum of the five, `invoices` counts them all."""

    model_config = ConfigDict(from_attributes=True)

    currency: str
    not_due: DecimalString
    days_1_to_30: Days
    days_31_to_60: Days
    days_61_to_90: Days
    days_over_90: Days
    total: DecimalString
    invoices: int


class AgedBalance(BaseModel):
    """On `day`, of every customer together. `as_of` as in `GET /receivables/{invoice_id}`."""

    day: date
    as_of: Instant
    totals: list[AgedAmounts]


class AgedCustomer(AgedAmounts):
    """What one customer owes in one currency."""

    customer_id: UUID
    customer_name: str


class AgedCustomerPage(Page[AgedCustomer]):
    day: date
    as_of: Instant
