"""The policy of an organisation: how it wants its customers contacted."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import Numeric, Text
from sqlmodel import Field, SQLModel

from chassis.columns import JsonOf
from contracts.scenario import Calendar


class DunningPolicy(SQLModel, table=True):
    """`staleness` is real time, `minimum_contact_delay` business time; both take effect at once."""

    __tablename__ = "dunning_policies"

    organisation: str = Field(sa_type=Text, primary_key=True)
    calendar: Calendar = Field(sa_type=JsonOf(Calendar))
    staleness: timedelta
    minimum_contact_delay: timedelta
    minimum_balance: Decimal = Field(sa_type=Numeric(15, 2))
    default_scenario: str = Field(sa_type=Text)
    updated_at: datetime
