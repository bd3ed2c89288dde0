"""Receivables: what each issued invoice still has to bring in, and what people decided about it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from chassis.columns import MONEY
from chassis.database import text_enum
from contracts.receivable import ReceivableStatus

IS_OPEN = text("status = 'open'")


class Receivable(SQLModel, table=True):
    """`balance` is `total` less the sum of its allocations less `waived`, what a credit note or a write-off took off.

    `version` grows with each change. Payments lock these rows in the order of their `invoice_id`.
    """

    __tablename__ = "receivables"
    __table_args__ = (
        UniqueConstraint("organisation", "number"),
        Index("ix_receivables_due", "organisation", "due_date", "invoice_id"),
        Index("ix_receivables_standing", "organisation", "status", "due_date", "invoice_id"),
        Index("ix_receivables_of_customer", "organisation", "customer_id", "due_date", "invoice_id"),
        Index(
            "ix_receivables_open_customer",
            *("organisation", "customer_id", "currency", "due_date"),
            postgresql_include=["balance"],
            postgresql_where=IS_OPEN,
        ),
        Index("ix_receivables_balance", "organisation", "balance", "invoice_id"),
        Index("ix_receivables_open_balance", "organisation", "balance", "invoice_id", postgresql_where=IS_OPEN),
        Index(
            "ix_receivables_number_part",
            text("lower(number)"),
            postgresql_using="gin",
            postgresql_ops={"lower(number)": "gin_trgm_ops"},
        ),
    )

    invoice_id: UUID = Field(primary_key=True, foreign_key="invoices.id")
    organisation: str = Field(sa_type=Text)
    customer_id: UUID = Field(foreign_key="customers.id")
    number: str = Field(sa_type=Text)
    issue_date: date
    due_date: date
    currency: str = Field(sa_type=Text)
    total: Decimal = Field(sa_type=MONEY)
    balance: Decimal = Field(sa_type=MONEY)
    waived: Decimal = Field(default=Decimal(0), sa_type=MONEY)
    status: ReceivableStatus = Field(sa_type=text_enum(ReceivableStatus))
    scenario: str | None = Field(default=None, sa_type=Text)
    version: int = 1
    changed_at: datetime


class DecisionKind(StrEnum):
    DUE_DATE = "due_date"
    WRITE_OFF = "write_off"
    CREDIT = "credit"


class ReceivableDecision(SQLModel, table=True):
    """What a person decided about a receivable, and why. Append-only."""

    __tablename__ = "receivable_decisions"

    position: int | None = Field(
        default=None, sa_type=BigInteger, primary_key=True, sa_column_args=[Identity(always=True)]
    )
    organisation: str = Field(sa_type=Text)
    invoice_id: UUID = Field(foreign_key="receivables.invoice_id", index=True)
    kind: DecisionKind = Field(sa_type=text_enum(DecisionKind))
    reason: str = Field(sa_type=Text)
    due_date: date | None = Field(default=None, description="The date agreed on.")
    amount: Decimal | None = Field(default=None, sa_type=MONEY, description="What was taken off the balance.")
    decided_by: str = Field(sa_type=Text)
    decided_by_name: str | None = Field(default=None, sa_type=Text)
    decided_at: datetime
