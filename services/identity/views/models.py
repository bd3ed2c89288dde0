"""Saved views: what a person wants to find again on a page."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel


class SavedView(SQLModel, table=True):
    """`query` is the query string of the page, without its `?`."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("user_id", "page", "name"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id")
    page: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    query: str = Field(sa_type=Text)
    created_at: datetime
    changed_at: datetime
