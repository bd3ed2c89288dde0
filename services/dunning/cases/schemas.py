"""What the cases' endpoints take and answer."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import Amount, BusinessDate, DayOrInstant, Input, Text
from contracts.dunning import CaseState, ClosingReason, HoldKind
from contracts.receivable import ReceivableStatus
from contracts.scenario import StepKind
from services.dunning.journal.schemas import JournalEntryView

Note = Annotated[Text, Field(max_length=1000)]
Why = Annotated[Text, Field(min_length=1, max_length=1000)]
"""Of an act that the journal explains to whoever asks later."""


class Pause(Input):
    """`until` in business time, a date or a moment; without it the case waits for `resume`."""

    kind: HoldKind = HoldKind.PAUSED
    until: DayOrInstant | None = None
    note: Note = ""


class Promise(Input):
    """The customer pays `amount` (else the whole balance) on `date` at the latest; dunning wakes the day after.

    The journal says then whether it was kept, once billing knows all that was paid that day; before, if it is paid in
    full.
    """

    date: BusinessDate
    amount: Annotated[Amount, Field(gt=0)] | None = None
    note: Note = ""


class Dispute(Input):
    """`note`: what the customer objects to."""

    note: Why


class Resumption(Input):
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
    """`version` is null, and the case closed, while its scenario has no published version.

    `receivable_version`: of billing's receivable that the case knows. `done`: steps that need no more work, as
    `step#occurrence`.
    """

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
    receivable_version: int
    scenario: str
    version: int | None
    state: CaseState
    run: int
    next_moment: datetime | None
    closing_reason: ClosingReason | None
    closing_note: str
    opened_at: datetime | None
    closed_at: datetime | None
    done: list[str]


class HoldView(BaseModel):
    """`until` is null until someone lifts it. `promised_on` and `amount`: of a promise."""

    model_config = ConfigDict(from_attributes=True)

    kind: HoldKind
    until: datetime | None
    note: str
    promised_on: date | None
    amount: Amount | None
    placed_at: datetime
    placed_by: str
    placed_by_name: str | None


class PlannedStepView(BaseModel):
    step: str
    occurrence: int
    kind: StepKind
    days: int
    template: str | None
    assignee: str | None
    moment: datetime


class CaseView(CaseSummary):
    """With what holds it, the steps still to come, and its newest journal entries.

    `asked`: the steps that a person wants now, as `step#occurrence`, until they had their attempt.
    """

    holds: list[HoldView]
    asked: list[str]
    planned: list[PlannedStepView]
    journal: list[JournalEntryView]
