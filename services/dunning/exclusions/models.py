"""Exclusions: an invoice, or all those of a customer, that nobody is to be dunned for."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Text
from sqlmodel import Field, SQLModel


class Exclusion(SQLModel, table=True):
    """In force until `lifted_at`; of a customer or of one invoice, never both."""

    __tablename__ = "dunning_exclusions"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation: str = Field(sa_type=Text)
    customer_id: UUID | None = None
    invoice_id: UUID | None = None
    reason: str = Field(sa_type=Text)
    created_at: datetime
    created_by: str = Field(sa_type=Text)
    created_by_name: str | None = Field(default=None, sa_type=Text)
    lifted_at: datetime | None = None
    lifted_by: str | None = Field(default=None, sa_type=Text)
