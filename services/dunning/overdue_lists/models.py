"""Overdue lists: who of the organisation's own people is sent what is overdue, and when next."""

from datetime import date, datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from chassis.database import text_enum
from contracts.parties import Language


class OverdueList(SQLModel, table=True):
    """At most one for each person. It comes on `weekday` (Monday is 0) at the whole `hour`, as the clocks of the
    organisation's time zone show it, for the last time on the day `until`; all in business time.
    """

    __tablename__ = "overdue_lists"
    __table_args__ = (Index("ix_overdue_lists_next_at", "next_at"),)

    organisation: str = Field(sa_type=Text, primary_key=True)
    owner: str = Field(sa_type=Text, primary_key=True)
    owner_name: str = Field(sa_type=Text)
    email: str = Field(sa_type=Text)
    language: Language = Field(sa_type=text_enum(Language))
    weekday: int
    hour: int
    asked_at: datetime
    until: date
    next_at: datetime
