"""What the bus was told of actions that are not in this database, and up to where it was compared."""

from datetime import datetime

from sqlalchemy import BigInteger, Text
from sqlmodel import Field, SQLModel

from chassis.database import text_enum
from contracts.actions import ActionStatus
from services.notify.letters.models import Letter
from services.notify.messages.models import Message
from services.notify.tasks.models import Task

Done = Message | Letter | Task
"""What stands under a key."""


class ForgottenAction(SQLModel, table=True):
    """Done after the backup that this database was restored from. Its key stays used; `at`: business time.

    Nothing of a person is kept: whose it was is not known here any more, so that it could not be erased with them.
    """

    __tablename__ = "forgotten_actions"

    organisation: str = Field(sa_type=Text, primary_key=True)
    key: str = Field(sa_type=Text, primary_key=True)
    status: ActionStatus = Field(sa_type=text_enum(ActionStatus))
    at: datetime


class ActionsToldUntil(SQLModel, table=True):
    """Up to which message of a stream its actions were looked for in this database."""

    __tablename__ = "actions_told_until"

    stream: str = Field(sa_type=Text, primary_key=True)
    position: int = Field(sa_type=BigInteger)
