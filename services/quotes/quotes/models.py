"""Quotes, their numbers and their documents."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from chassis.columns import MONEY, JsonOf
from chassis.database import text_enum
from contracts.base import Instant
from contracts.lines import DocumentLine, VatShare
from contracts.quote import Acceptance


class QuoteStatus(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"


class AcceptanceRecord(Acceptance):
    """The acceptance and how it reached us: the caller that recorded it, from where, with which program."""

    accepted_at: Instant
    recorded_by: str
    ip_address: str | None
    user_agent: str | None


class Quote(SQLModel, table=True):
    """From `sent` on, the database refuses every change but the customer's answer. Times are business time.

    Sending sets the number, the dates and the hash of the document; `valid_until` is the last day, included.
    """

    __tablename__ = "quotes"
    __table_args__ = (UniqueConstraint("organisation", "number"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation: str = Field(sa_type=Text)
    status: QuoteStatus = Field(default=QuoteStatus.DRAFT, sa_type=text_enum(QuoteStatus))
    customer_id: UUID
    currency: str = Field(sa_type=Text)
    lines: list[DocumentLine] = Field(sa_type=JsonOf(list[DocumentLine]))
    vat_shares: list[VatShare] = Field(sa_type=JsonOf(list[VatShare]))
    total_without_vat: Decimal = Field(sa_type=MONEY)
    total_vat: Decimal = Field(sa_type=MONEY)
    total: Decimal = Field(sa_type=MONEY)
    subject: str = Field(default="", sa_type=Text)
    order_reference: str | None = Field(default=None, sa_type=Text)
    note: str = Field(default="", sa_type=Text)
    valid_until: date | None = None
    follow_up_days: int
    number: str | None = Field(default=None, sa_type=Text)
    sent_on: date | None = None
    sent_at: datetime | None = None
    document_sha256: str | None = Field(default=None, sa_type=Text)
    closed_at: datetime | None = None
    refusal_reason: str | None = Field(default=None, sa_type=Text)
    acceptance: AcceptanceRecord | None = Field(default=None, sa_type=JsonOf(AcceptanceRecord))
    created_at: datetime


class QuoteSeries(SQLModel, table=True):
    """The last number of a year; locked by whoever takes the next one."""

    __tablename__ = "quote_series"

    organisation: str = Field(sa_type=Text, primary_key=True)
    year: int = Field(primary_key=True)
    last: int


class QuoteDocument(SQLModel, table=True):
    """The PDF that the customer is shown; never rendered again."""

    __tablename__ = "quote_documents"

    quote_id: UUID = Field(primary_key=True, sa_column_args=[ForeignKey("quotes.id")])
    pdf: bytes = Field(sa_type=LargeBinary)
    rendered_at: datetime
