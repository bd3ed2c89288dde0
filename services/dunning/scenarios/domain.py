"""Drafting and publishing scenarios, and what a new version changes for a running case."""

from datetime import datetime

from chassis.problems import DomainError
from contracts.dunning import DunningCase
from contracts.scenario import Scenario
from services.dunning.scenarios.models import DunningScenario, ScenarioVersion, VersionStatus
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


def publish(draft: ScenarioVersion, *, by: str, now: datetime) -> None:
    draft.status = VersionStatus.PUBLISHED
    draft.published_at = now
    draft.published_by = by


def migrated(case: DunningCase, scenario: Scenario) -> DunningCase:
    return case.model_copy(update={"scenario": scenario})
