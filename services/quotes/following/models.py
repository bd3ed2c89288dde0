"""What became of the e-mails about quotes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlmodel import Field, SQLModel

from chassis.database import text_enum
from services.quotes.following.schemas import MailStatus


class QuoteMail(SQLModel, table=True):
    """`name` is that of the message's business key: `send` or `follow-up`. `at`: when we heard, in business time."""

    __tablename__ = "quote_mails"

    quote_id: UUID = Field(primary_key=True, sa_column_args=[ForeignKey("quotes.id")])
    name: str = Field(sa_type=Text, primary_key=True)
    status: MailStatus = Field(sa_type=text_enum(MailStatus))
    recipient: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime
