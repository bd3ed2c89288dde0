"""The row of a test."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from chassis.database import text_enum
from contracts.parties import Language


class TrialStatus(StrEnum):
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


class Trial(SQLModel, table=True):
    """One test under the key of its caller. `requested_at` is business time, `lease_until` real time."""

    __tablename__ = "trials"

    organisation: str = Field(sa_type=Text, primary_key=True)
    subject: str = Field(sa_type=Text, primary_key=True)
    key: str = Field(sa_type=Text, primary_key=True)
    fingerprint: str = Field(sa_type=Text)
    template: str = Field(sa_type=Text)
    language: Language = Field(sa_type=text_enum(Language))
    recipient: str = Field(sa_type=Text)
    message_id: str = Field(sa_type=Text)
    status: TrialStatus = Field(sa_type=text_enum(TrialStatus))
    reason: str | None = Field(default=None, sa_type=Text)
    requested_at: datetime
    lease_until: datetime
