"""Payments, where their money went, and what of them was refused."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Identity, Index, Text, text
from sqlmodel import Field, SQLModel

from chassis.columns import MONEY
from chassis.database import text_enum
from contracts.events.payments import PaymentMethod


class PaymentStatus(StrEnum):
    APPLIED = "applied"
    UNALLOCATED = "unallocated"
    REVERSED = "reversed"
    REJECTED = "rejected"  # nothing of it was recorded but the refusals
    AWAITED = "awaited"  # its reversal came first


class Payment(SQLModel, table=True):
    """One identity of a payment. What it carries is None while it is rejected or awaited.

    `amount` is the sum of its allocations plus `unallocated`, the credit of its customer; both are 0 once reversed.
    """

    __tablename__ = "payments"
    __table_args__ = (
        Index("ix_payments_recorded", "organisation", "recorded_at", "payment_id"),
        Index("ix_payments_customer", "organisation", "customer_id"),
        Index(
            "ix_payments_unallocated",
            "currency",
            postgresql_include=["unallocated"],
            postgresql_where=text("unallocated > 0"),
        ),
    )

    organisation: str = Field(sa_type=Text, primary_key=True)
    payment_id: str = Field(sa_type=Text, primary_key=True)
    status: PaymentStatus = Field(sa_type=text_enum(PaymentStatus))
    fingerprint: str | None = Field(default=None, sa_type=Text, description="Of the content that stands.")
    amount: Decimal | None = Field(default=None, sa_type=MONEY)
    currency: str | None = Field(default=None, sa_type=Text)
    received_on: date | None = None
    method: PaymentMethod | None = Field(default=None, sa_type=text_enum(PaymentMethod))
    invoice_number: str | None = Field(default=None, sa_type=Text)
    remittance: str | None = Field(default=None, sa_type=Text)
    payer_name: str | None = Field(default=None, sa_type=Text)
    payer_iban: str | None = Field(default=None, sa_type=Text)
    invoice_id: UUID | None = Field(
        default=None, foreign_key="receivables.invoice_id", index=True, description="The invoice that it named."
    )
    customer_id: UUID | None = Field(default=None, foreign_key="customers.id")
    unallocated: Decimal = Field(default=Decimal(0), sa_type=MONEY)
    reason: str | None = Field(default=None, sa_type=Text)
    recorded_at: datetime

    @property
    def stands(self) -> bool:
        """Whether money was recorded under this identity, be it reversed since."""
        return self.fingerprint is not None


class AllocationCause(StrEnum):
    RECEIVED = "received"
    MATCHED = "matched"  # by hand
    COVERED = "covered"  # took the place of a payment that came undone
    REVERSED = "reversed"
    CREDITED = "credited"  # a credit note set the money free


class Allocation(SQLModel, table=True):
    """Money that went from a payment to an invoice, or came back from it (negative). Append-only."""

    __tablename__ = "allocations"
    __table_args__ = (
        Index("ix_allocations_payment", "organisation", "payment_id"),
        ForeignKeyConstraint(["organisation", "payment_id"], ["payments.organisation", "payments.payment_id"]),
    )

    position: int | None = Field(
        default=None, sa_type=BigInteger, primary_key=True, sa_column_args=[Identity(always=True)]
    )
    organisation: str = Field(sa_type=Text)
    payment_id: str = Field(sa_type=Text)
    invoice_id: UUID = Field(foreign_key="receivables.invoice_id", index=True)
    amount: Decimal = Field(sa_type=MONEY)
    cause: AllocationCause = Field(sa_type=text_enum(AllocationCause))
    made_by: str = Field(sa_type=Text)
    made_by_name: str | None = Field(default=None, sa_type=Text)
    made_at: datetime


class PaymentReversal(SQLModel, table=True):
    """A payment came undone; it may be known before the payment itself."""

    __tablename__ = "payment_reversals"
    __table_args__ = (
        ForeignKeyConstraint(["organisation", "payment_id"], ["payments.organisation", "payments.payment_id"]),
    )

    organisation: str = Field(sa_type=Text, primary_key=True)
    payment_id: str = Field(sa_type=Text, primary_key=True)
    fingerprint: str = Field(sa_type=Text)
    reversed_on: date
    reason: str = Field(sa_type=Text)
    recorded_at: datetime


class PaymentRefusal(SQLModel, table=True):
    """A fact about a payment that was refused, once for each content."""

    __tablename__ = "payment_refusals"
    __table_args__ = (
        ForeignKeyConstraint(["organisation", "payment_id"], ["payments.organisation", "payments.payment_id"]),
    )

    organisation: str = Field(sa_type=Text, primary_key=True)
    payment_id: str = Field(sa_type=Text, primary_key=True)
    fingerprint: str = Field(sa_type=Text, primary_key=True)
    type: str = Field(sa_type=Text)
    content: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    refused_at: datetime


class PaymentIntake(SQLModel, table=True):
    """Up to which real instant a consumer has worked every payment event into this database."""

    __tablename__ = "payment_intake"

    consumer: str = Field(sa_type=Text, primary_key=True)
    as_of: datetime
