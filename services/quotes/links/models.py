"""The secret links with which customers read and answer their quotes."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Text
from sqlmodel import Field, SQLModel


class QuoteLink(SQLModel, table=True):
    """One in force for each quote at most; of its secret the hash alone is kept. Times are business time."""

    __tablename__ = "quote_links"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    quote_id: UUID = Field(sa_column_args=[ForeignKey("quotes.id")])
    secret_sha256: str = Field(sa_type=Text)
    created_at: datetime
    created_by: str = Field(sa_type=Text)
    revoked_at: datetime | None = None
