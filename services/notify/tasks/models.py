"""Tasks as rows."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chassis.database import text_enum
from contracts.parties import Language


class TaskStatus(StrEnum):
    OPENED = "opened"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


class CallOutcome(StrEnum):
    REACHED = "reached"
    NO_ANSWER = "no_answer"
    PROMISED = "promised"
    DISPUTED = "disputed"
    OTHER = "other"


class Task(SQLModel, table=True):
    """A planned call. `planned_on` is the day first planned, of one whose `due_on` was put off. `note` is the briefing
    for the caller, `outcome_note` what the caller wrote down.

    `invoices` holds `schemas.ConcernedInvoice` as JSON; `settled_at` is when the status was last decided.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        UniqueConstraint("organisation", "key"),
        Index("ix_tasks_organisation_due_on", "organisation", "due_on", "id"),
        Index("ix_tasks_customer", "organisation", "customer_id", "opened_at", "id"),
        Index("ix_tasks_opened", "status", postgresql_where=text("status = 'opened'")),
        Index("ix_tasks_open", "organisation", "due_on", "id", postgresql_where=text("status = 'opened'")),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation: str = Field(sa_type=Text)
    key: str = Field(sa_type=Text)
    customer_id: UUID
    invoice_id: UUID = Field(index=True)
    receivable_version: int
    assignee: str = Field(sa_type=Text)
    due_on: date
    planned_on: date | None = None
    customer: str = Field(sa_type=Text)
    phone: str | None = Field(default=None, sa_type=Text)
    language: Language = Field(sa_type=text_enum(Language))
    subject: str = Field(sa_type=Text)
    note: str = Field(sa_type=Text)
    invoices: list[dict[str, Any]] = Field(sa_type=JSONB)
    status: TaskStatus = Field(sa_type=text_enum(TaskStatus))
    opened_at: datetime
    outcome: CallOutcome | None = Field(default=None, sa_type=text_enum(CallOutcome))
    outcome_note: str | None = Field(default=None, sa_type=Text)
    promised_on: date | None = None
    completed_by: str | None = Field(default=None, sa_type=Text)
    completed_by_name: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    settled_at: datetime
