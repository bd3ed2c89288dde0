"""The runs of the reconciliation and what each one found."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Text
from sqlmodel import Field, SQLModel


class Reconciliation(SQLModel, table=True):
    """Numbers of one run: overdue receivables looked at, cases opened or brought up to date, workflows mended."""

    __tablename__ = "reconciliations"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation: str = Field(sa_type=Text)
    started_at: datetime
    finished_at: datetime
    overdue: int = 0
    opened: int = 0
    updated: int = 0
    workflows_started: int = 0
    workflows_changed: int = 0
    workflows_closed: int = 0
    problem: str | None = Field(default=None, sa_type=Text)
