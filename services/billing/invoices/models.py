"""Invoices and credit notes, their numbers and their documents."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from chassis.columns import MONEY, JsonOf
from chassis.database import text_enum
from contracts.base import Contract
from contracts.lines import DocumentLine, VatShare
from contracts.parties import Address, CustomerKind, Language, Seller


class InvoiceKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class InvoiceStatus(StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"
    CREDITED = "credited"  # taken back in full by a credit note


class Buyer(Contract):
    """The customer as printed on an issued document."""

    name: str
    kind: CustomerKind
    language: Language
    address: Address
    email: str | None
    siren: str | None
    vat_number: str | None


class Invoice(SQLModel, table=True):
    """From `issued` on, the database refuses every change but the status `credited`. Times are business time.

    The two snapshots, `mentions`, the number and the dates are set by issuing; a credit note has no due date.
    """

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("organisation", "number"),
        UniqueConstraint("organisation", "series", "year", "sequence"),
        UniqueConstraint("organisation", "quote_id"),
        Index("ix_invoices_created", "organisation", "created_at", "id"),
        Index("ix_invoices_customer", "organisation", "customer_id"),
        Index("ix_invoices_drafts", "organisation", "created_at", "id", postgresql_where=text("status = 'draft'")),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation: str = Field(sa_type=Text)
    kind: InvoiceKind = Field(default=InvoiceKind.INVOICE, sa_type=text_enum(InvoiceKind))
    status: InvoiceStatus = Field(default=InvoiceStatus.DRAFT, sa_type=text_enum(InvoiceStatus))
    customer_id: UUID = Field(sa_column_args=[ForeignKey("customers.id")])
    currency: str = Field(sa_type=Text)
    lines: list[DocumentLine] = Field(sa_type=JsonOf(list[DocumentLine]))
    vat_shares: list[VatShare] = Field(sa_type=JsonOf(list[VatShare]))
    total_without_vat: Decimal = Field(sa_type=MONEY)
    total_vat: Decimal = Field(sa_type=MONEY)
    total: Decimal = Field(sa_type=MONEY)
    subject: str = Field(default="", sa_type=Text)
    order_reference: str | None = Field(default=None, sa_type=Text)
    supply_date: date | None = None
    note: str = Field(default="", sa_type=Text)
    payment_terms_days: int | None = None
    scenario: str | None = Field(default=None, sa_type=Text)
    quote_id: UUID | None = None
    quote_number: str | None = Field(default=None, sa_type=Text)
    credited_invoice_id: UUID | None = Field(default=None, unique=True, sa_column_args=[ForeignKey("invoices.id")])
    credited_number: str | None = Field(default=None, sa_type=Text)
    credited_issue_date: date | None = None
    series: str | None = Field(default=None, sa_type=Text)
    year: int | None = None
    sequence: int | None = None
    number: str | None = Field(default=None, sa_type=Text)
    issue_date: date | None = None
    due_date: date | None = None
    seller_snapshot: Seller | None = Field(default=None, sa_type=JsonOf(Seller))
    customer_snapshot: Buyer | None = Field(default=None, sa_type=JsonOf(Buyer))
    mentions: list[str] = Field(default=[], sa_type=JsonOf(list[str]))
    created_at: datetime
    issued_at: datetime | None = None


class InvoiceSeries(SQLModel, table=True):
    """The last number of a series and year, and the date it was given; locked by whoever takes the next one."""

    __tablename__ = "invoice_series"

    organisation: str = Field(sa_type=Text, primary_key=True)
    series: str = Field(sa_type=Text, primary_key=True)
    year: int = Field(primary_key=True)
    last: int
    last_issue_date: date


class InvoiceDocument(SQLModel, table=True):
    """The PDF as it was first shown; never rendered again."""

    __tablename__ = "invoice_documents"

    invoice_id: UUID = Field(primary_key=True, sa_column_args=[ForeignKey("invoices.id")])
    pdf: bytes = Field(sa_type=LargeBinary)
    sha256: str = Field(sa_type=Text)
    rendered_at: datetime
