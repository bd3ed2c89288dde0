"""Calendar feeds: secret addresses at which a person's calendar program reads the planned calls."""

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from chassis.database import text_enum
from contracts.parties import Language


class CalendarFeed(SQLModel, table=True):
    """At most one for each person. Of its secret the digest alone is kept; times are real time.

    `assignee` None: the calls of everyone.
    """

    __tablename__ = "calendar_feeds"
    __table_args__ = (UniqueConstraint("digest"),)

    organisation: str = Field(sa_type=Text, primary_key=True)
    owner: str = Field(sa_type=Text, primary_key=True)
    owner_name: str = Field(sa_type=Text)
    assignee: str | None = Field(default=None, sa_type=Text)
    language: Language = Field(sa_type=text_enum(Language))
    digest: str = Field(sa_type=Text)
    created_at: datetime
    expires_at: datetime
