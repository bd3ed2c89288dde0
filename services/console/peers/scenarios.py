"""Scenarios and the policy of dunning, as far as pages need them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from pydantic import BaseModel, RootModel

from chassis.paging import Page
from contracts.base import Amount, Instant
from contracts.scenario import Calendar, Conditions, Scenario, ScenarioContent, ScenarioDraft, Step, StepKind
from services.console.peers.cases import ExpectedStep
from services.console.peers.client import Client, Value


class Summary(BaseModel):
    key: str
    name: str
    version: int | None
    has_draft: bool
    steps: int
    running: int
    running_older: int
    is_default: bool


class Draft(BaseModel):
    content: ScenarioDraft
    published: int | None
    is_draft: bool
    saved_at: Instant
    saved_by: str
    saved_by_name: str = ""
    proposals: list[Step]

    @property
    def saver(self) -> str:
        """An old draft knows who saved it by their id alone."""
        return self.saved_by_name or self.saved_by


class Problem(BaseModel):
    line: int | None
    code: str
    pointer: str
    limit: int | None
    field: str
    expected: str


class Validation(BaseModel):
    is_valid: bool
    problems: list[Problem]


class Version(BaseModel):
    version: int
    status: str
    name: str
    steps: int
    saved_at: datetime
    saved_by: str
    saved_by_name: str = ""
    published_at: datetime | None
    published_by: str | None
    published_by_name: str | None = None
    running: int

    @property
    def publisher(self) -> str:
        """An old version knows its people by their ids alone."""
        return self.published_by_name or self.published_by or ""


class FieldChange(BaseModel):
    field: str
    before: str | int | list[str] | None
    after: str | int | list[str] | None


class StepChange(BaseModel):
    step: str
    fields: list[FieldChange]


class Comparison(BaseModel):
    before: int
    after: int
    name: FieldChange | None
    added: list[Step]
    removed: list[Step]
    changed: list[StepChange]


class PreviewedStep(ExpectedStep):
    day: date
    conditions: Conditions


class Preview(BaseModel):
    due_date: date
    steps: list[PreviewedStep]


class Moment(BaseModel):
    step: str
    kind: StepKind
    day: date


class ChangedCase(BaseModel):
    invoice_id: UUID
    number: str
    version: int
    next_step: Moment | None
    next_step_after: Moment | None


class Migration(BaseModel):
    version: int
    cases: list[ChangedCase]
    changed: int
    unchanged: int
    next: str | None


class Published(BaseModel):
    scenario: Scenario
    migrated: int


class Policy(BaseModel):
    calendar: Calendar
    minimum_contact_delay: timedelta
    minimum_balance: Amount
    default_scenario: str


class Beginning(BaseModel):
    name: str
    ready_made: str | None = None
    copy_of: str | None = None


class Wish(BaseModel):
    kind: StepKind | None = None
    days: int | None = None


class Name(BaseModel):
    name: str


class Publication(BaseModel):
    migrate: bool
    make_default: bool


class Asked(BaseModel):
    """For a preview: one of both."""

    due_date: date | None = None
    invoice_id: UUID | None = None


Written = RootModel[dict[str, object]]
ReadyMade = RootModel[list[ScenarioContent]]


@dataclass(frozen=True)
class Scenarios:
    client: Client

    async def all(self, **asked: Value) -> Page[Summary]:
        return await self.client.page("/scenarios", Summary, **asked)

    async def ready_made(self) -> list[ScenarioContent]:
        return (await self.client.get("/ready-made-scenarios", ReadyMade)).root

    async def begin(self, beginning: Beginning, *, key: str) -> str:
        """The key of the new scenario."""
        answer = await self.client.send("POST", "/scenarios", beginning, key=key)
        return ScenarioDraft.model_validate_json(answer).key

    async def bring_in(self, text: str, *, key: str) -> str:
        """The key of the scenario that the text says. PeerRefused: 422 with each mistake and its line."""
        answer = await self.client.send_text("/scenarios/import", text, key=key)
        return ScenarioDraft.model_validate_json(answer).key

    async def draft(self, scenario: str) -> Draft:
        return await self.client.get(f"/scenarios/{scenario}/draft", Draft)

    async def discard(self, scenario: str) -> None:
        await self.client.send("DELETE", f"/scenarios/{scenario}/draft")

    async def rename(self, scenario: str, name: str) -> None:
        await self.client.send("PUT", f"/scenarios/{scenario}/draft/name", Name(name=name))

    async def add(self, scenario: str, wish: Wish, *, key: str) -> Step:
        answer = await self.client.send("POST", f"/scenarios/{scenario}/draft/steps", wish, key=key)
        return Step.model_validate_json(answer)

    async def check(self, step: dict[str, object]) -> Validation:
        answer = await self.client.send("POST", "/scenarios/validate/step", Written(step))
        return Validation.model_validate_json(answer)

    async def write(self, scenario: str, step: Step, *, seen: str = "") -> None:
        """`seen`: the fingerprint of the step that was read. PeerRefused when it is another one by now."""
        await self.client.send("PUT", f"/scenarios/{scenario}/draft/steps/{step.key}", step, seen=seen)

    async def remove(self, scenario: str, step: str) -> None:
        await self.client.send("DELETE", f"/scenarios/{scenario}/draft/steps/{step}")

    async def versions(self, scenario: str, **asked: Value) -> Page[Version]:
        return await self.client.page(f"/scenarios/{scenario}/versions", Version, **asked)

    async def compare(self, scenario: str, before: int, after: int | None) -> Comparison:
        path = f"/scenarios/{scenario}/comparison"
        return await self.client.get(path, Comparison, before=before, after=after)

    async def preview(self, scenario: str, asked: Asked) -> Preview:
        answer = await self.client.send("POST", f"/scenarios/{scenario}/preview", asked)
        return Preview.model_validate_json(answer)

    async def migration(self, scenario: str, **asked: Value) -> Migration:
        return await self.client.get(f"/scenarios/{scenario}/migration", Migration, **asked)

    async def publish(self, scenario: str, publication: Publication, *, since: str, key: str) -> Published:
        """`since`: when the draft that was looked at had been saved. PeerRefused when it is another one by now."""
        path = f"/scenarios/{scenario}/publish"
        answer = await self.client.send("POST", path, publication, key=key, unless_changed_since=since)
        return Published.model_validate_json(answer)

    async def policy(self) -> Policy:
        return await self.client.get("/policy", Policy)
