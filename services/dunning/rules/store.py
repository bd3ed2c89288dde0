"""Queries of scenario rules."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.dunning.rules.domain import Rule
from services.dunning.rules.models import ScenarioRule


async def rules_of(session: AsyncSession, organisation: str) -> list[Rule]:
    """In the order in which they are tried."""
    statement = select(ScenarioRule).where(col(ScenarioRule.organisation) == organisation)
    rows = (await session.exec(statement.order_by(col(ScenarioRule.position)))).all()
    return [Rule(conditions=row.conditions, scenario=row.scenario) for row in rows]


async def replace(session: AsyncSession, organisation: str, rules: Sequence[Rule]) -> None:
    await session.exec(delete(ScenarioRule).where(col(ScenarioRule.organisation) == organisation))
    session.add_all(
        ScenarioRule(organisation=organisation, position=position, conditions=rule.conditions, scenario=rule.scenario)
        for position, rule in enumerate(rules)
    )
