"""Running cases of an organisation that are to be planned anew."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Text
from sqlmodel import Field, SQLModel

from chassis.caller import Author


class Replanning(SQLModel, table=True):
    """`scenario` and `version`: what cases of the scenario follow from now on; None when the calendar changed, which
    concerns all. It goes from the newest case to the oldest, and those before `before_created_at` and `before_id` are
    left. Its row ends with it.
    """

    __tablename__ = "replannings"

    id: int | None = Field(default=None, sa_type=BigInteger, primary_key=True, sa_column_args=[Identity(always=True)])
    organisation: str = Field(sa_type=Text)
    scenario: str | None = Field(default=None, sa_type=Text)
    version: int | None = None
    author: str = Field(sa_type=Text)
    author_name: str | None = Field(default=None, sa_type=Text)
    before_created_at: datetime
    before_id: UUID

    @property
    def by(self) -> Author:
        return Author(self.author, self.author_name)
