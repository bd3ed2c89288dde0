"""Forgotten invoices as people read them."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.base import Amount


class ForgottenView(BaseModel):
    """What the bus was told when the invoice was issued. Its lines are with its customer alone."""

    model_config = ConfigDict(from_attributes=True)

    number: str
    invoice_id: UUID
    customer_id: UUID
    issue_date: date
    due_date: date
    total: Amount
    currency: str
    found_at: datetime
