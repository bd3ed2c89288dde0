"""What the scenarios' endpoints take and answer."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from contracts.base import BusinessDate, Input
from contracts.scenario import Scenario, ScenarioContent, ScenarioDraft, Step, StepKind
from services.dunning.scenarios.models import VersionStatus
from services.dunning.timeline.schemas import ExpectedStep


class ScenarioSummary(BaseModel):
    """`steps`: of the version in force, or of the draft before there is one. `running`: the open cases that follow
    it, `running_older` those of them that follow an older version. `is_default`: what new invoices follow unless
    something else is said."""

    key: str
    name: str
    version: int | None
    has_draft: bool
    steps: int
    running: int
    running_older: int
    is_default: bool


class ScenarioView(BaseModel):
    """`published` is null before the first publication, `draft` when nothing waits to be published."""

    key: str
    published: Scenario | None
    draft: ScenarioDraft | None


class Publication(Input):
    """`migrate`: the running cases of older versions follow the new one from now on.

    `make_default`: new invoices follow it unless something else is said; it needs the right to write the policy.
    """

    migrate: bool = False
    make_default: bool = False


class Published(BaseModel):
    """`migrated`: how many running cases follow the version from now on; of more than 200 the rest within minutes."""

    scenario: Scenario
    migrated: int


class VersionSummary(BaseModel):
    """`running`: the open cases that follow it."""

    version: int
    status: VersionStatus
    name: str
    steps: int
    saved_at: datetime
    saved_by: str
    saved_by_name: str
    published_at: datetime | None
    published_by: str | None
    published_by_name: str | None
    running: int


FieldValue = str | int | list[str] | None


class FieldChange(BaseModel):
    field: str
    before: FieldValue
    after: FieldValue


class StepChange(BaseModel):
    step: str
    fields: list[FieldChange]


class Comparison(BaseModel):
    """`name` is null where both versions have the same."""

    before: int
    after: int
    name: FieldChange | None
    added: list[Step]
    removed: list[Step]
    changed: list[StepChange]


class MomentView(BaseModel):
    """`day` is in the organisation's time zone."""

    step: str
    occurrence: int
    kind: StepKind
    days: int
    moment: datetime
    day: date


class PreviewRequest(Input):
    """For a due date, or for the running case of an invoice as it stands now.

    Without `version` and `content`: the draft, or else the latest version. `content`: one that is not saved.
    """

    due_date: BusinessDate | None = None
    invoice_id: UUID | None = None
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    content: ScenarioContent | None = None

    @model_validator(mode="after")
    def says_whose_dates(self) -> Self:
        if (self.due_date is None) == (self.invoice_id is None):
            raise ValueError("either `due_date` or `invoice_id` is expected")
        if self.version is not None and self.content is not None:
            raise ValueError("either `version` or `content` is expected")
        return self


class Preview(BaseModel):
    """`version` is null for a content that is not saved. Each step of the scenario, done or not, in order."""

    version: int | None
    due_date: date
    steps: list[ExpectedStep]


class CaseMigration(BaseModel):
    """A running case of an older version: the steps it still has, and those it would have."""

    invoice_id: UUID
    number: str
    version: int
    is_changed: bool
    next_step: MomentView | None
    next_step_after: MomentView | None
    steps: list[MomentView]
    steps_after: list[MomentView]


class Migration(BaseModel):
    """`version` is the one that cases would follow: the draft's, or else the latest.

    `changed` and `unchanged` count all running cases of older versions; `cases` is a page of those that change.
    """

    version: int
    cases: list[CaseMigration]
    changed: int
    unchanged: int
    next: str | None


class ProblemView(BaseModel):
    """`code` names the kind of mistake, `pointer` (a JSON pointer) where to mend it, `limit` the bound overstepped."""

    line: int | None
    field: str
    value: str
    expected: str
    code: str
    pointer: str
    limit: int | None


class Validation(BaseModel):
    is_valid: bool
    problems: list[ProblemView]
