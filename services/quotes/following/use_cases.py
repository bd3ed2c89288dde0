"""Quotes that wait for an answer are followed up; what notify tells of their e-mails is kept with them."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.database import Sessions
from contracts.events.notify import ActionEvent
from services.quotes.following import store
from services.quotes.following.domain import ACTS
from services.quotes.following.models import QuoteMail
from services.quotes.following.schemas import MailStatus
from services.quotes.quotes.models import Quote
from services.quotes.quotes.store import find_quote, open_quotes

KEY = re.compile(r"(?P<quote>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}):quote:(?P<name>[a-z-]+):1")
"""The business key that the follow-up's workflow gives its messages."""
AT_ONCE = 100


async def each_open(sessions: Sessions, start: Callable[[Quote], Awaitable[None]], *, at_once: int = AT_ONCE) -> None:
    """Start the follow-up of each quote that waits for an answer, whatever its organisation.

    One that is answered meanwhile may be started too: it looks before it mails, and then waits for nothing.
    """
    after: UUID | None = None
    while True:
        async with sessions() as session:
            quotes = await open_quotes(session, after=after, limit=at_once)
        for quote in quotes:
            await start(quote)
        if len(quotes) < at_once:
            return
        after = quotes[-1].id


async def keep_outcome(session: AsyncSession, event: ActionEvent, *, now: datetime) -> None:
    """Messages about anything else are passed over."""
    found = KEY.fullmatch(event.key)
    if found is None or found["name"] not in ACTS:
        return
    quote_id = UUID(found["quote"])
    if await find_quote(session, event.organisation, quote_id) is None:
        return
    mail = QuoteMail(
        quote_id=quote_id,
        name=found["name"],
        status=MailStatus(event.outcome),
        recipient=event.recipient,
        reason=event.reason,
        at=now,
    )
    await store.put_mail(session, mail)
