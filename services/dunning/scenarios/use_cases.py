"""Drafting and publishing scenarios."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import Forbidden, InvalidField, NotFound
from contracts.rights import Right
from contracts.scenario import Scenario, ScenarioDraft
from services.dunning.cases import store as cases
from services.dunning.cases.planning import Planner
from services.dunning.policies.store import lock_policy
from services.dunning.policies.use_cases import ensure_policy
from services.dunning.replanning import use_cases as replanning
from services.dunning.scenarios import domain, migration, previews, store
from services.dunning.scenarios.models import DunningScenario, ScenarioVersion, VersionStatus
from services.dunning.scenarios.schemas import (
    Preview,
    PreviewRequest,
    Publication,
    Published,
    ScenarioSummary,
    ScenarioView,
    VersionSummary,
)


async def summaries_of(
    session: AsyncSession, organisation: str, scenarios: Sequence[DunningScenario], *, default: str
) -> list[ScenarioSummary]:
    """With three queries, however many there are."""
    keys = [scenario.key for scenario in scenarios]
    published = await store.latest_of_each(session, organisation, keys, VersionStatus.PUBLISHED)
    drafts = await store.latest_of_each(session, organisation, keys, VersionStatus.DRAFT)
    running = await cases.running_by_scenario(session, organisation, keys)
    return [
        domain.summary(key, published.get(key), drafts.get(key), running.get(key, {}), is_default=key == default)
        for key in keys
    ]


async def scenario_of(session: AsyncSession, caller: Caller, key: str, *, now: datetime) -> ScenarioView:
    await ensure_policy(session, caller.organisation, now=now)
    published = await store.latest_published(session, caller.organisation, key)
    draft = await store.draft(session, caller.organisation, key)
    if published is None and draft is None:
        raise NotFound("scenario", key)
    return ScenarioView(
        key=key, published=published.scenario if published else None, draft=draft.content if draft else None
    )


async def version_of(
    session: AsyncSession, caller: Caller, key: str, version: int | None, *, now: datetime
) -> ScenarioVersion:
    """A version by its number; without one the draft, or else the latest."""
    await ensure_policy(session, caller.organisation, now=now)
    if version is not None:
        row = await store.version_of(session, caller.organisation, key, version)
    else:
        row = await store.draft(session, caller.organisation, key)
        row = row or await store.latest_published(session, caller.organisation, key)
    if row is None:
        raise NotFound("scenario", key if version is None else f"{key}, version {version}")
    return row


def version_summary(row: ScenarioVersion, running: dict[int, int]) -> VersionSummary:
    return VersionSummary(
        version=row.version,
        status=row.status,
        name=row.content.name,
        steps=len(row.content.steps),
        saved_at=row.saved_at,
        saved_by=row.saved_by,
        saved_by_name=row.saved_by_name,
        published_at=row.published_at,
        published_by=row.published_by,
        published_by_name=row.published_by_name,
        running=running.get(row.version, 0),
    )


async def preview(
    session: AsyncSession, caller: Caller, key: str, request: PreviewRequest, *, now: datetime
) -> Preview:
    """Errors as `version_of`; 404 for an invoice that dunning does not know."""
    scenario = await _asked_for(session, caller, key, request, now=now)
    if request.invoice_id is not None:
        shown = await previews.for_an_invoice(session, caller, scenario, request.invoice_id, now=now)
    else:
        assert request.due_date is not None  # noqa: S101 (one of both is there: the request says so)
        shown = await previews.for_a_due_date(Planner(session, caller.organisation), scenario, request.due_date)
    return shown if request.content is None else shown.model_copy(update={"version": None})


async def _asked_for(
    session: AsyncSession, caller: Caller, key: str, request: PreviewRequest, *, now: datetime
) -> Scenario:
    if request.content is None:
        return (await version_of(session, caller, key, request.version, now=now)).scenario
    if request.content.key != key:
        raise InvalidField("content.key", request.content.key, f"{key!r}, the scenario of the address")
    return Scenario(**dict(request.content), version=1)


async def save_draft(
    session: AsyncSession, caller: Caller, key: str, content: ScenarioDraft, *, now: datetime
) -> ScenarioVersion:
    """The version to come; it takes the place of the draft before. Running cases are not concerned."""
    if content.key != key:
        raise InvalidField("key", content.key, f"{key!r}, the scenario of the address")
    await ensure_policy(session, caller.organisation, now=now)
    await store.add_scenario_unless_there(
        session, DunningScenario(organisation=caller.organisation, key=key, created_at=now)
    )
    await store.lock_scenario(session, caller.organisation, key)
    draft = await store.draft(session, caller.organisation, key)
    if draft is None:
        latest = await store.latest_published(session, caller.organisation, key)
        draft = ScenarioVersion(
            organisation=caller.organisation,
            key=key,
            version=latest.version + 1 if latest else 1,
            status=VersionStatus.DRAFT,
            content=content,
            saved_at=now,
            saved_by=caller.subject,
        )
        session.add(draft)
    draft.content, draft.saved_at = content, now
    draft.saved_by, draft.saved_by_name = caller.subject, caller.name
    return draft


async def publish(
    session: AsyncSession,
    caller: Caller,
    key: str,
    publication: Publication,
    *,
    seen: datetime | None = None,
    now: datetime,
) -> Published:
    """Make a version of the draft. Without a draft, `migrate` brings older cases to the latest version.

    `seen`: when what was looked at had been saved. 409 when it is not what would be published any more.
    """
    if publication.make_default and Right.POLICY_WRITE not in caller.rights:
        raise Forbidden(f"The right {Right.POLICY_WRITE} is needed to make a scenario the default.")
    if await store.lock_scenario(session, caller.organisation, key) is None:
        raise NotFound("scenario", key)
    draft = await store.draft(session, caller.organisation, key)
    target = draft or await store.latest_published(session, caller.organisation, key)
    if target is None or (draft is None and not publication.migrate and not publication.make_default):
        raise domain.NothingToPublish(key)
    domain.check_seen(target, seen)
    if draft is not None:
        domain.publish(draft, by=caller.author, now=now)
        await session.flush()
    if publication.make_default:
        await _make_default(session, caller.organisation, key, now=now)
    await migration.open_those_that_waited(session, target, author=caller.author, now=now)
    migrated = 0
    if publication.migrate:
        migrated = await replanning.begin(
            session, target.organisation, scenario=key, version=target.version, author=caller.author, now=now
        )
    return Published(scenario=target.scenario, migrated=migrated)


async def _make_default(session: AsyncSession, organisation: str, key: str, *, now: datetime) -> None:
    await ensure_policy(session, organisation, now=now)
    policy = await lock_policy(session, organisation)
    policy.default_scenario, policy.updated_at = key, now
