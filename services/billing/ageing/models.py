"""What is open by due day. Two tables: days as they were counted, and the movements since."""

from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, Identity, Index, Numeric, Text, text
from sqlmodel import Field, SQLModel

SUM = Numeric(20, 2)
IS_EMPTY = text("invoices = 0 and balance = 0")


class AgeingDay(SQLModel, table=True):
    """The open balance of the invoices due on one day, without the movements that are not counted in yet."""

    __tablename__ = "ageing_days"
    __table_args__ = (Index("ix_ageing_days_empty", "organisation", postgresql_where=IS_EMPTY),)

    organisation: str = Field(sa_type=Text, primary_key=True)
    currency: str = Field(sa_type=Text, primary_key=True)
    due_date: date = Field(primary_key=True)
    balance: Decimal = Field(sa_type=SUM)
    invoices: int = Field(sa_type=BigInteger)


class AgeingMovement(SQLModel, table=True):
    """What one change of one receivable did to a day. A trigger writes it in the transaction of the change.

    Rows of their own and not an update of the day: those who issue and those who pay never wait for each other here.
    """

    __tablename__ = "ageing_movements"

    position: int | None = Field(
        default=None, sa_type=BigInteger, primary_key=True, sa_column_args=[Identity(always=True)]
    )
    organisation: str = Field(sa_type=Text, index=True)
    currency: str = Field(sa_type=Text)
    due_date: date
    balance: Decimal = Field(sa_type=SUM)
    invoices: int = Field(sa_type=BigInteger)
