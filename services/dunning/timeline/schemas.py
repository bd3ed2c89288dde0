"""A case on one line of time, and its steps to come as every page shows them."""

from datetime import date, datetime

from pydantic import BaseModel

from contracts.scenario import Conditions, StepKind
from services.dunning.cases.schemas import CaseSummary, HoldView
from services.dunning.journal.schemas import JournalEntryView
from services.dunning.timeline.domain import Prospect


class ExpectedStep(BaseModel):
    """`moment`: what the scenario says, moved to a working day; `day`: that day in the organisation's time zone.

    `expected_at`: when it acts if nothing else happens; null where it does not, or nobody knows.
    """

    step: str
    occurrence: int
    kind: StepKind
    days: int
    template: str | None
    assignee: str | None
    conditions: Conditions
    moment: datetime
    day: date
    prospect: Prospect
    expected_at: datetime | None


class Timeline(BaseModel):
    """`past` newest first, `older` for the page after it; `planned` in order."""

    case: CaseSummary
    holds: list[HoldView]
    past: list[JournalEntryView]
    older: str | None
    planned: list[ExpectedStep]
