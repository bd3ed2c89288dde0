"""Links to choose a password. The link's secret is made when the e-mail is: only its digest is kept."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel


class PasswordReset(SQLModel, table=True):
    """Without a user for an address that nobody has: asking takes as long."""

    __tablename__ = "password_resets"
    __table_args__ = (UniqueConstraint("digest"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: UUID | None = Field(default=None, foreign_key="users.id")
    digest: str | None = Field(default=None, sa_type=Text)
    asked_at: datetime = Field(index=True)
    expires_at: datetime
    sent_at: datetime | None = None
    used_at: datetime | None = None
    is_invitation: bool
