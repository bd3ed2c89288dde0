"""What the cases' endpoints take and answer."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import Amount, Input, Instant, Text
from contracts.dunning import CaseState, ClosingReason, Hold, HoldKind
from contracts.receivable import ReceivableStatus
from contracts.scenario import StepKind
from services.dunning.journal.schemas import JournalEntryView

Note = Annotated[Text, Field(max_length=1000)]


class Pause(Input):
    """`until` in business time; without it the case waits for `resume`."""

    kind: HoldKind = HoldKind.PAUSED
    until: Instant | None = None
    note: Note = ""


class ClosingByHand(StrEnum):
    """What a person may close a case for; the other reasons are facts."""

    EXCLUDED = ClosingReason.EXCLUDED.value
    WRITTEN_OFF = ClosingReason.WRITTEN_OFF.value


class Closing(Input):
    """`excluded`: the invoice is not dunned until its exclusion is lifted; `written_off`: given up."""

    reason: ClosingByHand
    note: Note = ""


class CaseSummary(BaseModel):
    """`version` is null, and the case closed, while its scenario has no published version."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    invoice_id: UUID
    customer_id: UUID
    number: str
    due_date: date
    total: Amount
    balance: Amount
    currency: str
    receivable_status: ReceivableStatus
    scenario: str
    version: int | None
    state: CaseState
    run: int
    next_moment: datetime | None
    closing_reason: ClosingReason | None
    closing_note: str
    opened_at: datetime | None
    closed_at: datetime | None


class PlannedStepView(BaseModel):
    step: str
    occurrence: int
    kind: StepKind
    days: int
    template: str | None
    assignee: str | None
    moment: datetime


class CaseView(CaseSummary):
    """With what holds it, the steps still to come, and its newest journal entries."""

    holds: list[Hold]
    planned: list[PlannedStepView]
    journal: list[JournalEntryView]
