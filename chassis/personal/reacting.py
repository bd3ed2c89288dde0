"""What a service does when a customer was erased elsewhere."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.bus import Subscription
from chassis.passing import TryAgain
from chassis.personal import erasing
from chassis.personal.held import Holdings
from contracts.events import CustomerErased, Event
from contracts.topology import Consumer

Erase = Callable[[AsyncSession, CustomerErased, datetime], Awaitable[None]]
"""Raises TryAgain while something is in the way."""
Before = Callable[[AsyncSession, CustomerErased, datetime], Awaitable[None]]


async def nothing(_: AsyncSession, __: CustomerErased, ___: datetime) -> None:
    """Most services need to end nothing first."""


def erasing_of(holdings: Holdings, *, before: Before = nothing) -> Erase:
    async def erase(session: AsyncSession, event: CustomerErased, now: datetime) -> None:
        if reasons := await holdings.obstacles(session, event.organisation, event.customer_id):
            raise TryAgain(f"customer {event.customer_id} cannot be erased yet: {'; '.join(reasons)}")
        await before(session, event, now)
        await erasing.erase(session, holdings, event, now=now)

    return erase


def erases(consumer: Consumer, erase: Erase, now: Callable[[], datetime]) -> Subscription:
    """Waits while something is still in the way: what ends it is on its own way."""

    async def erase_customer(event: Event, session: AsyncSession) -> None:
        await erase(session, CustomerErased.of(event), now())

    return Subscription(consumer, erase_customer, deduplicate=False)
