"""What people write down about a customer."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKeyConstraint, Index, Text
from sqlmodel import Field, SQLModel


class Comment(SQLModel, table=True):
    """Never changed and never deleted: the database refuses it. `written_at` is business time."""

    __tablename__ = "customer_comments"
    __table_args__ = (
        ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        ForeignKeyConstraint(["corrects"], ["customer_comments.id"]),
        Index("ix_customer_comments_written", "organisation", "customer_id", "written_at", "id"),
        Index("ix_customer_comments_corrects", "corrects"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation: str = Field(sa_type=Text)
    customer_id: UUID
    text: str = Field(sa_type=Text)
    corrects: UUID | None = None
    written_by: str = Field(sa_type=Text)
    written_by_name: str = Field(sa_type=Text)
    written_at: datetime
