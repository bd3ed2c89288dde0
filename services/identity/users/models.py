"""Users: people who sign in. Their address of e-mail is theirs alone in the whole installation."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from chassis.database import text_enum
from contracts.parties import Language


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class User(SQLModel, table=True):
    """Without `password_hash` they cannot sign in by password. Never deleted: the audit names them."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("email"),
        UniqueConstraint("oidc_issuer", "oidc_subject"),
        Index("ix_users_organisation_created_at_id", "organisation", "created_at", "id"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation: str = Field(sa_type=Text, foreign_key="organisations.key")
    email: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    language: Language = Field(sa_type=text_enum(Language))
    theme: Theme = Field(default=Theme.SYSTEM, sa_type=text_enum(Theme))
    profile: str = Field(sa_type=Text)
    password_hash: str | None = Field(default=None, sa_type=Text)
    password_is_temporary: bool = False
    oidc_issuer: str | None = Field(default=None, sa_type=Text)
    oidc_subject: str | None = Field(default=None, sa_type=Text)
    is_active: bool = True
    created_at: datetime
    changed_at: datetime

    @property
    def has_password(self) -> bool:
        return self.password_hash is not None

    @property
    def has_provider(self) -> bool:
        """Whether they have signed in by the identity provider."""
        return self.oidc_subject is not None
