"""Scenarios and their versions. A published version never changes; the draft is the version to come."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from chassis.columns import JsonOf
from chassis.database import text_enum
from chassis.problems import DomainError
from contracts.scenario import Scenario, ScenarioDraft


class ScenarioHasNoSteps(DomainError):
    def __init__(self, key: str) -> None:
        super().__init__(f"Scenario {key} has no steps yet; a scenario needs one at least.")


class VersionStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class DunningScenario(SQLModel, table=True):
    __tablename__ = "scenarios"

    organisation: str = Field(sa_type=Text, primary_key=True)
    key: str = Field(sa_type=Text, primary_key=True)
    created_at: datetime


class ScenarioVersion(SQLModel, table=True):
    __tablename__ = "scenario_versions"

    organisation: str = Field(sa_type=Text, primary_key=True)
    key: str = Field(sa_type=Text, primary_key=True)
    version: int = Field(primary_key=True)
    status: VersionStatus = Field(sa_type=text_enum(VersionStatus))
    content: ScenarioDraft = Field(sa_type=JsonOf(ScenarioDraft))
    saved_at: datetime
    saved_by: str = Field(sa_type=Text)
    saved_by_name: str = Field(default="", sa_type=Text)
    published_at: datetime | None = None
    published_by: str | None = Field(default=None, sa_type=Text)
    published_by_name: str | None = Field(default=None, sa_type=Text)

    @property
    def scenario(self) -> Scenario:
        """As it travels in a workflow's input. 409 while a draft has no steps."""
        if not self.content.steps:
            raise ScenarioHasNoSteps(self.key)
        return Scenario(**dict(self.content), version=self.version)
