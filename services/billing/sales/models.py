"""What was invoiced by issue day. Two tables, as for open balances: days as they were counted, the movements since."""

from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, Identity, Numeric, Text
from sqlmodel import Field, SQLModel

SUM = Numeric(20, 2)


class SalesDay(SQLModel, table=True):
    """`total`: with VAT, without what was credited; `invoices`: all that were issued, credited or not."""

    __tablename__ = "sales_days"

    organisation: str = Field(sa_type=Text, primary_key=True)
    currency: str = Field(sa_type=Text, primary_key=True)
    issue_date: date = Field(primary_key=True)
    total: Decimal = Field(sa_type=SUM)
    invoices: int = Field(sa_type=BigInteger)


class SalesMovement(SQLModel, table=True):
    """What one change of one receivable did to a day. A trigger writes it in the transaction of the change."""

    __tablename__ = "sales_movements"

    position: int | None = Field(
        default=None, sa_type=BigInteger, primary_key=True, sa_column_args=[Identity(always=True)]
    )
    organisation: str = Field(sa_type=Text, index=True)
    currency: str = Field(sa_type=Text)
    issue_date: date
    total: Decimal = Field(sa_type=SUM)
    invoices: int = Field(sa_type=BigInteger)
