"""Organisations: the legal entities that sell, and how their people sign in."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from chassis.columns import JsonOf
from services.identity.organisations.domain import Rule


class Organisation(SQLModel, table=True):
    """`rules` say which claims of the identity provider give which profile: the first that fits."""

    __tablename__ = "organisations"

    key: str = Field(sa_type=Text, primary_key=True)
    name: str = Field(sa_type=Text)
    rules: list[Rule] = Field(sa_type=JsonOf(list[Rule]))
    creates_users: bool
    created_at: datetime
