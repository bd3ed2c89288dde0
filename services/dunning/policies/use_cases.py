"""What is done with policies. An organisation has one, and the standard scenario, from its first use on."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import InvalidField
from services.dunning.overdue_lists import planning as overdue_lists
from services.dunning.policies import domain, store
from services.dunning.policies.domain import Policy
from services.dunning.policies.models import DunningPolicy
from services.dunning.replanning import use_cases as replanning
from services.dunning.scenarios import store as scenarios
from services.dunning.scenarios.domain import standard_versions


async def ensure_policy(session: AsyncSession, organisation: str, *, now: datetime) -> DunningPolicy:
    """The policy; with the standard scenario it is made on first use."""
    if policy := await store.policy_of(session, organisation):
        return policy
    await scenarios.add_unless_there(session, *standard_versions(organisation, now=now))
    await store.add_unless_there(session, domain.first_policy(organisation, now=now))
    return await store.lock_policy(session, organisation)


async def change_policy(session: AsyncSession, caller: Caller, policy: Policy, *, now: datetime) -> DunningPolicy:
    """Put another policy in force; a changed calendar reaches the running cases."""
    await ensure_policy(session, caller.organisation, now=now)
    row = await store.lock_policy(session, caller.organisation)
    domain.check_calendar(policy.calendar)
    await _check_default(session, caller.organisation, policy.default_scenario)
    has_other_calendar = row.calendar != policy.calendar
    for name, value in policy:
        setattr(row, name, value)
    row.updated_at = now
    await session.flush()
    if has_other_calendar:
        await replanning.begin(session, caller.organisation, author=caller.author, now=now)
        await overdue_lists.replan(session, caller.organisation, now=now)
    return row


async def _check_default(session: AsyncSession, organisation: str, key: str) -> None:
    if await scenarios.latest_published(session, organisation, key) is None:
        raise InvalidField("default_scenario", key, "the key of a published scenario")
