"""Sessions: a person on a device."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel


class UserSession(SQLModel, table=True):
    """Good until `expires_at`, and as long as it is used; of its secret only the digest is kept."""

    __tablename__ = "sessions"
    __table_args__ = (UniqueConstraint("digest"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", index=True)
    digest: str = Field(sa_type=Text)
    user_agent: str = Field(sa_type=Text)
    address: str | None = Field(default=None, sa_type=Text)
    started_at: datetime
    last_used_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
