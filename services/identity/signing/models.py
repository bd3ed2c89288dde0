"""The keys that sign access tokens."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from chassis.columns import JsonOf


class SigningKey(SQLModel, table=True):
    """Published from `made_at`; signs from `signs_from` until the next one does. `private` is sealed."""

    __tablename__ = "signing_keys"

    kid: str = Field(sa_type=Text, primary_key=True)
    private: str = Field(sa_type=Text)
    public: dict[str, str] = Field(sa_type=JsonOf(dict[str, str]))
    made_at: datetime
    signs_from: datetime
