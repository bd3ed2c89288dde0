"""The time zone of a list, and what follows when it changes."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.scenario import Calendar
from services.dunning.overdue_lists import domain, store
from services.dunning.policies import store as policies


async def zone_of(session: AsyncSession, organisation: str) -> ZoneInfo:
    policy = await policies.policy_of(session, organisation)
    return ZoneInfo((policy.calendar if policy else Calendar()).time_zone)


async def replan(session: AsyncSession, organisation: str, *, now: datetime) -> None:
    """After the calendar changed: each comes at its hour of the zone as it is now."""
    zone = await zone_of(session, organisation)
    for row in await store.lock_all(session, organisation):
        row.next_at = domain.next_moment(row.weekday, row.hour, zone, after=now)
