"""Keys for other programs."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from chassis.columns import JsonOf


class ApiKey(SQLModel, table=True):
    """May what its profile may, and of that only `rights` when there are any. `hint` is how its secret ends."""

    __tablename__ = "api_keys"
    __table_args__ = (
        UniqueConstraint("digest"),
        Index("ix_api_keys_organisation_created_at_id", "organisation", "created_at", "id"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation: str = Field(sa_type=Text, foreign_key="organisations.key")
    name: str = Field(sa_type=Text)
    profile: str = Field(sa_type=Text)
    rights: list[str] | None = Field(default=None, sa_type=JsonOf(list[str]))
    hint: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text)
    created_by: str = Field(sa_type=Text)
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
