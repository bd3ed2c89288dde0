"""Drafting and publishing scenarios, and what a new version changes for a running case."""

from collections.abc import Mapping
from datetime import datetime

from chassis.caller import Author
from chassis.problems import ChangedMeanwhile, DomainError
from contracts.dunning import DunningCase
from contracts.scenario import Scenario
from services.dunning.scenarios.models import DunningScenario, ScenarioHasNoSteps, ScenarioVersion, VersionStatus
from services.dunning.scenarios.schemas import ScenarioSummary
from workflows.dunning.scenario import STANDARD

NOBODY = "relance"
"""Who saved what comes with the house."""


class NothingToPublish(DomainError):
    def __init__(self, key: str) -> None:
        super().__init__(f"Scenario {key} has no draft; save one by PUT /scenarios/{key}/draft first.")


def standard_versions(organisation: str, *, now: datetime) -> tuple[DunningScenario, ScenarioVersion]:
    """The scenario that every organisation follows until its admins publish another one."""
    scenario = DunningScenario(organisation=organisation, key=STANDARD.key, created_at=now)
    version = ScenarioVersion(
        organisation=organisation,
        key=STANDARD.key,
        version=1,
        status=VersionStatus.PUBLISHED,
        content=STANDARD,
        saved_at=now,
        saved_by=NOBODY,
        published_at=now,
        published_by=NOBODY,
    )
    return scenario, version


def check_seen(target: ScenarioVersion, seen: datetime | None) -> None:
    """Whether `target`, the draft or else the latest version, is what was saved at `seen` and looked at since.

    409 when somebody saved another one, or when the draft that was looked at is gone.
    """
    if seen is None or target.saved_at == seen:
        return
    if target.saved_at > seen:
        by = target.saved_by_name or target.saved_by
        raise ChangedMeanwhile(f"scenario {target.key}", by=by, at=target.saved_at)
    if target.status is VersionStatus.PUBLISHED:
        raise NothingToPublish(target.key)


def publish(draft: ScenarioVersion, *, by: Author, now: datetime) -> None:
    if not draft.content.steps:
        raise ScenarioHasNoSteps(draft.key)
    draft.status = VersionStatus.PUBLISHED
    draft.published_at = now
    draft.published_by, draft.published_by_name = by.id, by.name


def migrated(case: DunningCase, scenario: Scenario) -> DunningCase:
    return case.model_copy(update={"scenario": scenario})


def summary(
    key: str,
    published: ScenarioVersion | None,
    draft: ScenarioVersion | None,
    running: Mapping[int, int],
    *,
    is_default: bool,
) -> ScenarioSummary:
    """`running`: the open cases by the version that they follow."""
    shown = published or draft
    version = published.version if published else None
    return ScenarioSummary(
        key=key,
        name=shown.content.name if shown else key,
        version=version,
        has_draft=draft is not None,
        steps=len(shown.content.steps) if shown else 0,
        running=sum(running.values()),
        running_older=sum(count for each, count in running.items() if each != version),
        is_default=is_default,
    )
