"""What was tried in vain, by account and by address."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from chassis.database import text_enum


class Target(StrEnum):
    ACCOUNT = "account"
    ADDRESS = "address"
    RESET = "reset"
    PROVIDER = "provider"
    REFUSAL = "refusal"


class Attempts(SQLModel, table=True):
    """`subject` is a digest: what people type into a sign-in form is nobody's business. Of refusals it is who tells.

    `failures` are those that are not forgotten, `last_at` is the moment up to which they are. `told_until` is the end
    of the last lock that the audit was told of.
    """

    __tablename__ = "attempts"

    kind: Target = Field(sa_type=text_enum(Target), primary_key=True)
    subject: str = Field(sa_type=Text, primary_key=True)
    failures: int
    last_at: datetime
    locked_until: datetime
    told_until: datetime | None = None
