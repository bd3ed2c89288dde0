"""The journal as people read it."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from contracts.base import Amount
from contracts.dunning import Answer, CaseFact, Outcome
from services.dunning.journal.models import JournalEntry


class JournalEntryView(BaseModel):
    """A decision on a step, or (`step` is null) a change of the case as a whole.

    `author_name` is null where no person decided, and in entries of before names were kept.
    """

    id: int
    invoice_id: UUID
    customer_id: UUID
    number: str
    scenario: str
    version: int | None
    turn_id: UUID | None
    step: str | None
    occurrence: int | None
    planned_for: datetime | None
    outcome: Outcome | CaseFact
    reason: str
    detail: str
    answers: list[Answer]
    balance: Amount | None
    currency: str | None
    as_of: datetime | None
    evidence: dict[str, str]
    retry_at: datetime | None
    author: str
    author_name: str | None
    decided_at: datetime

    @classmethod
    def of(cls, entry: JournalEntry) -> Self:
        return cls.model_validate(entry, from_attributes=True)
