"""Scenarios over HTTP: as data and as YAML, drafted, previewed, published."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as InPath
from pydantic import TypeAdapter

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import MOMENT_AND_ID, NUMBER, Cursor, Limit, Page, cut, page_of, position_of
from contracts.base import Instant, Key
from contracts.rights import Right
from contracts.scenario import Scenario, ScenarioContent, ScenarioDraft
from services.dunning.cases import store as cases
from services.dunning.policies.use_cases import ensure_policy
from services.dunning.scenarios import comparison, migration, store, texts, use_cases
from services.dunning.scenarios.schemas import (
    Comparison,
    Migration,
    Preview,
    PreviewRequest,
    Publication,
    Published,
    ScenarioSummary,
    ScenarioView,
    Validation,
    VersionSummary,
)
from workflows.dunning.scenario import to_yaml

router = APIRouter(prefix="/scenarios", tags=["scenarios"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.SCENARIOS_READ)]
Writer = Annotated[Caller, require(Right.SCENARIOS_WRITE)]
Publisher = Annotated[Caller, require(Right.SCENARIOS_PUBLISH)]

YAML = "application/yaml"
TEXT_BODY = {
    "requestBody": {
        "required": True,
        "content": {YAML: {"schema": {"type": "string"}}, "application/json": {"schema": {"type": "object"}}},
    }
}
"""For OpenAPI: the body is the text itself."""


async def text_of(request: Request) -> str:
    return texts.decoded(await request.body())


Text = Annotated[str, Depends(text_of)]
KEY = TypeAdapter(tuple[Key])
AVersion = Annotated[int, Query(ge=1, le=2**31 - 1)]
Since = Annotated[Instant | None, Query(description="The `saved_at` of the draft, or else version, that was looked at")]
VersionNumber = Annotated[int, InPath(ge=1, le=2**31 - 1)]


@router.get("")
async def list_scenarios(
    caller: Reader, transaction: Transaction, now: CurrentClock, limit: Limit = 50, cursor: Cursor = None
) -> Page[ScenarioSummary]:
    """By key. Every organisation has `standard`."""
    policy = await ensure_policy(transaction, caller.organisation, now=now())
    after = position_of(cursor, KEY)
    rows = await store.page(transaction, caller.organisation, after=after, limit=limit + 1)
    shown, following = cut(rows, limit, position=lambda row: (row.key,))
    default = policy.default_scenario
    items = await use_cases.summaries_of(transaction, caller.organisation, shown, default=default)
    return Page(items=items, next=following)


@router.post("/validate", openapi_extra=TEXT_BODY)
async def validate(_: Reader, text: Text) -> Validation:
    """Check a scenario in YAML or JSON; each problem says its line, field, value and what is expected."""
    return texts.validation_of(text)


@router.post("/validate/step")
async def validate_step(_: Reader, step: dict[str, object]) -> Validation:
    """Check one step as it is being written."""
    return texts.validation_of_step(step)


@router.post("/import", openapi_extra=TEXT_BODY)
async def import_any(text: Text, caller: Writer, transaction: Transaction, now: CurrentClock) -> ScenarioDraft:
    """Save the draft of the scenario whose key the text says. 422 with every mistake and its line."""
    content = texts.read(text)
    return (await use_cases.save_draft(transaction, caller, content.key, content, now=now())).content


# before /{key}, which would take `standard.yaml` for a key
@router.get("/{key}.yaml", response_class=Response, responses={200: {"content": {YAML: {}}}})
async def export_scenario(key: Key, caller: Reader, transaction: Transaction, now: CurrentClock) -> Response:
    """The latest published version, or the draft before there is one, as `PUT /scenarios/{key}.yaml` takes it."""
    scenario = await use_cases.scenario_of(transaction, caller, key, now=now())
    content = scenario.published or scenario.draft
    assert content is not None  # noqa: S101 (without either it is a 404)
    return Response(to_yaml(content), media_type=YAML)


@router.put("/{key}.yaml", openapi_extra=TEXT_BODY)
async def import_scenario(
    key: Key, text: Text, caller: Writer, transaction: Transaction, now: CurrentClock
) -> ScenarioDraft:
    """Save the draft from a text. 422 with every mistake and its line."""
    return (await use_cases.save_draft(transaction, caller, key, texts.read(text), now=now())).content


@router.get("/{key}")
async def read_scenario(key: Key, caller: Reader, transaction: Transaction, now: CurrentClock) -> ScenarioView:
    return await use_cases.scenario_of(transaction, caller, key, now=now())


@router.put("/{key}/draft")
async def save_draft(
    key: Key, content: ScenarioContent, caller: Writer, transaction: Transaction, now: CurrentClock
) -> ScenarioDraft:
    return (await use_cases.save_draft(transaction, caller, key, content, now=now())).content


@router.get("/{key}/versions")
async def list_versions(
    key: Key,
    caller: Reader,
    transaction: Transaction,
    now: CurrentClock,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[VersionSummary]:
    """The draft and the published versions, newest first, with how many running cases follow each."""
    await use_cases.version_of(transaction, caller, key, None, now=now())
    before = position_of(cursor, NUMBER)
    rows = await store.versions_page(transaction, caller.organisation, key, before=before, limit=limit + 1)
    running = await cases.running_by_version(transaction, caller.organisation, key)
    return page_of(
        rows, limit, lambda row: use_cases.version_summary(row, running), position=lambda row: (row.version,)
    )


@router.get("/{key}/comparison")
async def compare(
    key: Key,
    before: AVersion,
    caller: Reader,
    transaction: Transaction,
    now: CurrentClock,
    after: AVersion | None = None,
) -> Comparison:
    """What `after` (the draft, or else the latest version, unless said) changes of the version `before`."""
    at = now()
    old = await use_cases.version_of(transaction, caller, key, before, now=at)
    new = await use_cases.version_of(transaction, caller, key, after, now=at)
    return comparison.compare(old.scenario, new.scenario)


@router.get("/{key}/versions/{version}")
async def read_version(
    key: Key, version: VersionNumber, caller: Reader, transaction: Transaction, now: CurrentClock
) -> Scenario:
    return (await use_cases.version_of(transaction, caller, key, version, now=now())).scenario


@router.post("/{key}/preview")
async def preview(
    key: Key, request: PreviewRequest, caller: Reader, transaction: Transaction, now: CurrentClock
) -> Preview:
    """When each step would come, for a due date or for an invoice: by the functions that decide in production."""
    return await use_cases.preview(transaction, caller, key, request, now=now())


@router.get("/{key}/migration")
async def read_migration(
    key: Key,
    caller: Reader,
    transaction: Transaction,
    now: CurrentClock,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Migration:
    """Which running cases would change if the draft (or else the latest version) became theirs."""
    target = await use_cases.version_of(transaction, caller, key, None, now=now())
    after = position_of(cursor, MOMENT_AND_ID)
    return await migration.migration_to(transaction, target, after=after, limit=limit)


@router.post("/{key}/publish")
async def publish(
    key: Key,
    publication: Publication,
    caller: Publisher,
    transaction: Transaction,
    now: CurrentClock,
    unless_changed_since: Since = None,
) -> Published:
    """Running cases keep their version unless `migrate` says otherwise. 409 when there is nothing to publish, and
    `changed_meanwhile` when somebody saved another draft after `unless_changed_since`."""
    return await use_cases.publish(transaction, caller, key, publication, seen=unless_changed_since, now=now())
