"""What `/standings` gives."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.base import DecimalString, Instant


class Standing(BaseModel):
    """How one customer stands in one currency; `days_late` is of the invoice that is overdue for longest."""

    customer_id: UUID
    currency: str
    balance: DecimalString = Field(description="All that is open")
    overdue: DecimalString = Field(description="The part of it whose due date is past")
    overdue_invoices: int
    days_late: int = Field(description="Calendar days; 0 where nothing is overdue")


class Standings(BaseModel):
    """On `day`; a customer who owes nothing has none. `as_of` as in `GET /receivables/{invoice_id}`."""

    day: date
    as_of: Instant
    items: list[Standing]
