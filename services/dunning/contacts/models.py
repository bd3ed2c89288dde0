"""When a customer was contacted, or is about to be: what the minimum delay between two contacts counts from."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text
from sqlmodel import Field, SQLModel


class Contact(SQLModel, table=True):
    """Taken under a step's business key before it acts; `is_made` once the journal says that it acted."""

    __tablename__ = "contact_claims"

    organisation: str = Field(sa_type=Text, primary_key=True)
    key: str = Field(sa_type=Text, primary_key=True)
    customer_id: UUID
    invoice_id: UUID
    at: datetime
    is_made: bool = False
