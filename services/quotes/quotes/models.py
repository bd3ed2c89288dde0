"""Quotes, their numbers and their documents."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from chassis.columns import MONEY, JsonOf
from chassis.database import text_enum
from contracts.base import BusinessDate, DecimalString, Instant
from contracts.lines import DocumentLine, VatShare
from contracts.quote import Acceptance
from services.quotes.documents.document import Document


class QuoteStatus(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"


class PricedLine(DocumentLine):
    """A line as kept: also what one unit costs us without VAT, which leaves this service to nobody but those who
    may see it. Its id stays from change to change; lines of older quotes have none."""

    id: UUID | None = None
    cost_price: DecimalString | None = None


class AcceptanceRecord(Acceptance):
    """The acceptance and how it reached us: the caller that recorded it, from where, with which program.

    `dated` is the date that the customer wrote, when one was asked for.
    """

    dated: BusinessDate | None = None
    accepted_at: Instant
    recorded_by: str
    ip_address: str | None
    user_agent: str | None


class Quote(SQLModel, table=True):
    """From `sent` on, the database refuses every change but the customer's answer. Times are business time.

    Sending sets the number, the dates and the hash of the document; `valid_until` is the last day, included.
    `changed_at` and `changed_by_name`: the last change of the draft, `moved_at`: when it last came into another stage,
    each None before one.
    `stage` is where a person put it, None where its status says it. `customer_name`: as billing had it last.
    """

    __tablename__ = "quotes"
    __table_args__ = (UniqueConstraint("organisation", "number"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation: str = Field(sa_type=Text)
    status: QuoteStatus = Field(default=QuoteStatus.DRAFT, sa_type=text_enum(QuoteStatus))
    customer_id: UUID
    currency: str = Field(sa_type=Text)
    customer_name: str | None = Field(default=None, sa_type=Text)
    stage: str | None = Field(default=None, sa_type=Text)
    lines: list[PricedLine] = Field(sa_type=JsonOf(list[PricedLine]))
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
    changed_at: datetime | None = None
    changed_by_name: str | None = Field(default=None, sa_type=Text)
    moved_at: datetime | None = None


class QuoteSeries(SQLModel, table=True):
    """The last number of a year; locked by whoever takes the next one."""

    __tablename__ = "quote_series"

    organisation: str = Field(sa_type=Text, primary_key=True)
    year: int = Field(primary_key=True)
    last: int


class QuoteDocument(SQLModel, table=True):
    """The PDF that the customer is shown, and what it prints; never rendered again."""

    __tablename__ = "quote_documents"

    quote_id: UUID = Field(primary_key=True, sa_column_args=[ForeignKey("quotes.id")])
    pdf: bytes = Field(sa_type=LargeBinary)
    content: Document | None = Field(default=None, sa_type=JsonOf(Document))
    rendered_at: datetime
