"""What ends before a customer's quotes are erased."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from contracts.events import CustomerErased
from services.quotes.privacy import store
from services.quotes.quotes import domain


async def withdraw_quotes(session: AsyncSession, event: CustomerErased, now: datetime) -> None:
    """Nobody is left to answer them: they end, and with them their follow-up."""
    for quote in await store.waiting(session, event.organisation, event.customer_id):
        outbox.record(session, domain.withdraw(quote, now=now), at=now)
