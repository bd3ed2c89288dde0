"""The ordered rules that choose a scenario where neither the invoice nor the customer names one."""

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from chassis.columns import JsonOf
from services.dunning.rules.domain import RuleConditions


class ScenarioRule(SQLModel, table=True):
    __tablename__ = "scenario_rules"

    organisation: str = Field(sa_type=Text, primary_key=True)
    position: int = Field(primary_key=True)
    conditions: RuleConditions = Field(sa_type=JsonOf(RuleConditions))
    scenario: str = Field(sa_type=Text)
