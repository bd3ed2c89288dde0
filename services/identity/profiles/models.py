"""Profiles that an organisation wrote or changed; the others are the default ones."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from chassis.columns import JsonOf


class ProfileRow(SQLModel, table=True):
    """Rights and fields are kept by name: those that this version does not know give nothing."""

    __tablename__ = "profiles"

    organisation: str = Field(sa_type=Text, primary_key=True)
    key: str = Field(sa_type=Text, primary_key=True)
    names: dict[str, str] = Field(sa_type=JsonOf(dict[str, str]))
    rights: list[str] = Field(sa_type=JsonOf(list[str]))
    fields: dict[str, str] = Field(sa_type=JsonOf(dict[str, str]))
    stages: dict[str, str] = Field(sa_type=JsonOf(dict[str, str]))
    changed_at: datetime
