"""What `/quotes` takes and gives."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import Amount, BusinessDate, Currency, Input
from contracts.lines import DocumentLine, Lines, OneLine, Text, VatShare
from services.quotes.quotes.models import AcceptanceRecord, QuoteStatus

Name = Annotated[OneLine, Field(min_length=1, max_length=200)]
Words = Annotated[OneLine, Field(max_length=200)]


class QuoteInput(Input):
    """The whole draft: a PUT replaces what was there. `note` is printed below the totals."""

    customer_id: UUID
    currency: Currency = "EUR"
    lines: Lines
    subject: Words = ""
    order_reference: Annotated[OneLine, Field(min_length=1, max_length=100)] | None = None
    note: Annotated[Text, Field(max_length=1000)] = ""
    valid_until: BusinessDate | None = Field(default=None, description="The last day, else 30 days after sending")
    follow_up_days: int = Field(default=7, ge=1, le=90, description="Days from sending to the follow-up e-mail")


class AcceptInput(Input):
    """Who accepts, in which quality, and what they wrote, such as « Bon pour accord »."""

    name: Name
    role: Words = ""
    mention: Words = ""


class RefuseInput(Input):
    reason: Annotated[Text, Field(max_length=1000)] = ""


class QuoteSummary(BaseModel):
    """A quote in a list; number and dates of sending are None on a draft."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    status: QuoteStatus
    number: str | None
    customer_id: UUID
    currency: str
    total_without_vat: Amount
    total_vat: Amount
    total: Amount
    subject: str
    order_reference: str | None
    sent_on: date | None
    valid_until: date | None
    created_at: datetime


class QuoteView(QuoteSummary):
    """The whole of it; `document_sha256` is the hash of the PDF that `/pdf` gives."""

    lines: list[DocumentLine]
    vat_shares: list[VatShare]
    note: str
    follow_up_days: int
    sent_at: datetime | None
    document_sha256: str | None
    closed_at: datetime | None
    refusal_reason: str | None
    acceptance: AcceptanceRecord | None
