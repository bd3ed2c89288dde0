"""The organisation's legal identity, as it is today."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from chassis.columns import JsonOf
from contracts.parties import Seller


class SellerIdentity(SQLModel, table=True):
    __tablename__ = "sellers"

    organisation: str = Field(sa_type=Text, primary_key=True)
    seller: Seller = Field(sa_type=JsonOf(Seller))
    changed_at: datetime
