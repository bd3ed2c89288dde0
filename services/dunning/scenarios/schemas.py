"""What the scenarios' endpoints take and answer."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from contracts.base import BusinessDate, Input
from contracts.scenario import Scenario, ScenarioContent, StepKind


class ScenarioSummary(BaseModel):
    key: str
    name: str
    version: int | None
    has_draft: bool


class ScenarioView(BaseModel):
    """`published` is null before the first publication, `draft` when nothing waits to be published."""

    key: str
    published: Scenario | None
    draft: ScenarioContent | None


class Publication(Input):
    """`migrate`: the running cases of older versions follow the new one from now on."""

    migrate: bool = False


class Published(BaseModel):
    scenario: Scenario
    migrated: int


class MomentView(BaseModel):
    """`day` is in the organisation's time zone."""

    step: str
    occurrence: int
    kind: StepKind
    days: int
    moment: datetime
    day: date


class PreviewRequest(Input):
    """Without `version`: the draft, or else the latest version."""

    due_date: BusinessDate
    version: int | None = None


class Preview(BaseModel):
    version: int
    steps: list[MomentView]


class CaseMigration(BaseModel):
    """A running case of an older version: the steps it still has, and those it would have."""

    invoice_id: UUID
    number: str
    version: int
    is_changed: bool
    steps: list[MomentView]
    steps_after: list[MomentView]


class Migration(BaseModel):
    """`version` is the one that cases would follow: the draft's, or else the latest."""

    version: int
    cases: list[CaseMigration]
    unchanged: int


class ProblemView(BaseModel):
    line: int | None
    field: str
    value: str
    expected: str


class Validation(BaseModel):
    is_valid: bool
    problems: list[ProblemView]
