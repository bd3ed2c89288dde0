"""Entries of the audit. The database refuses to change or delete one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, literal_column
from sqlmodel import Field, SQLModel

from chassis.columns import JsonOf
from chassis.database import text_enum
from contracts.events.audit import Change, Outcome

MADE_FOR = "jsonb_path_query_array(changes, '$[*].after.customer_id')"
"""The customers to whom rows belong that the entry tells of, as they were written."""


class AuditEntry(SQLModel, table=True):
    """`objects` is all that changed, to be found by; `object` the first of it."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_organisation_at_id", "organisation", "at", "id"),
        Index("ix_audit_entries_organisation_actor_at", "organisation", "actor", "at"),
        Index(
            "ix_audit_entries_objects",
            "objects",
            postgresql_using="gin",
            postgresql_ops={"objects": "jsonb_path_ops"},
        ),
        Index(
            "ix_audit_entries_made_for",
            literal_column(MADE_FOR).label("made_for"),
            postgresql_using="gin",
            postgresql_ops={"made_for": "jsonb_path_ops"},
        ),
    )

    id: UUID = Field(primary_key=True)
    organisation: str = Field(sa_type=Text)
    at: datetime
    service: str = Field(sa_type=Text)
    actor: str = Field(sa_type=Text)
    actor_name: str = Field(sa_type=Text)
    profile: str = Field(sa_type=Text)
    address: str | None = Field(default=None, sa_type=Text)
    session: str | None = Field(default=None, sa_type=Text)
    action: str = Field(sa_type=Text)
    object: str | None = Field(default=None, sa_type=Text)
    objects: list[str] = Field(sa_type=JsonOf(list[str]))
    outcome: Outcome = Field(sa_type=text_enum(Outcome))
    reason: str | None = Field(default=None, sa_type=Text)
    changes: list[Change] = Field(sa_type=JsonOf(list[Change]))
    left_out: int
