"""The journal: every decision on a step, and every change of a case, with its reason. Append-only."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Text
from sqlmodel import Field, SQLModel

from chassis.columns import MONEY, JsonOf
from contracts.dunning import Answer, Decision, Outcome


class JournalEntry(SQLModel, table=True):
    """`turn_id`, `step` and what follows from them are None where the case as a whole is concerned.

    A turn has one acting entry, and one with the outcome `superseded` for each step that it superseded.
    """

    __tablename__ = "decisions"

    id: int | None = Field(default=None, sa_type=BigInteger, primary_key=True, sa_column_args=[Identity(always=True)])
    organisation: str = Field(sa_type=Text)
    case_id: UUID = Field(foreign_key="cases.id")
    invoice_id: UUID
    customer_id: UUID
    number: str = Field(sa_type=Text)
    scenario: str = Field(sa_type=Text)
    version: int | None = None
    turn_id: UUID | None = None
    step: str | None = Field(default=None, sa_type=Text)
    occurrence: int | None = None
    planned_for: datetime | None = None
    outcome: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    detail: str = Field(default="", sa_type=Text)
    answers: list[Answer] = Field(default=[], sa_type=JsonOf(list[Answer]))
    balance: Decimal | None = Field(default=None, sa_type=MONEY)
    currency: str | None = Field(default=None, sa_type=Text)
    as_of: datetime | None = None
    evidence: dict[str, str] = Field(default={}, sa_type=JsonOf(dict[str, str]))
    retry_at: datetime | None = None
    retry_after: timedelta | None = None
    closes: str | None = Field(default=None, sa_type=Text)
    author: str = Field(sa_type=Text)
    author_name: str | None = Field(default=None, sa_type=Text)
    decided_at: datetime

    @property
    def is_superseded(self) -> bool:
        return self.outcome == Outcome.SUPERSEDED

    @property
    def decision(self) -> Decision:
        """As the step's activity made it."""
        return Decision.model_validate(self.model_dump(include=set(Decision.model_fields)))
