"""What the bus was told of invoices that are not in this database, and up to where it was compared."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from chassis.columns import MONEY


class ForgottenInvoice(SQLModel, table=True):
    """Issued after the backup that this database was restored from. Its customer holds it; its number stays taken."""

    __tablename__ = "forgotten_invoices"
    __table_args__ = (UniqueConstraint("organisation", "series", "year", "sequence"),)

    organisation: str = Field(sa_type=Text, primary_key=True)
    number: str = Field(sa_type=Text, primary_key=True)
    invoice_id: UUID
    customer_id: UUID
    series: str = Field(sa_type=Text)
    year: int
    sequence: int
    issue_date: date
    due_date: date
    total: Decimal = Field(sa_type=MONEY)
    currency: str = Field(sa_type=Text)
    found_at: datetime


class ToldUntil(SQLModel, table=True):
    """Up to which message of a stream its invoices were looked for in this database."""

    __tablename__ = "told_until"

    stream: str = Field(sa_type=Text, primary_key=True)
    position: int = Field(sa_type=BigInteger)
