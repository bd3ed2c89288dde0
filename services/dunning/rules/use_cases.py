"""Replacing the rules that choose a scenario."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import InvalidField
from services.dunning.policies.store import lock_policy
from services.dunning.policies.use_cases import ensure_policy
from services.dunning.rules import store
from services.dunning.rules.schemas import Rules
from services.dunning.scenarios import store as scenarios


async def replace_rules(session: AsyncSession, caller: Caller, rules: Rules, *, now: datetime) -> None:
    """Invoices issued from now on follow them. 422 for a scenario that has no published version."""
    await ensure_policy(session, caller.organisation, now=now)
    await lock_policy(session, caller.organisation)  # one change at a time
    for position, rule in enumerate(rules.rules):
        if await scenarios.latest_published(session, caller.organisation, rule.scenario) is None:
            raise InvalidField(f"rules.{position}.scenario", rule.scenario, "the key of a published scenario")
    await store.replace(session, caller.organisation, rules.rules)
