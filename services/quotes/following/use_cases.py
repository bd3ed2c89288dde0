"""Quotes that wait for an answer are followed up; what notify tells of their e-mails is kept with them."""

import asyncio
import logging
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.database import Sessions
from chassis.duties import pause
from chassis.passing import is_passing
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
AGAIN_AFTER = 1.0
"""Real seconds, when a server is away."""

log = logging.getLogger(__name__)


class FollowUps(Protocol):
    """The follow-ups of all organisations."""

    async def begun_of(self, quotes: Sequence[UUID]) -> set[UUID]:
        """Those of a page of quotes whose follow-up runs or has ended; it may lag by a moment."""
        ...

    async def start(self, quote: Quote) -> None:
        """One that has begun stays as it is."""
        ...


async def start_missing(
    sessions: Sessions, follow_ups: FollowUps, stopping: asyncio.Event, *, at_once: int = AT_ONCE
) -> None:
    """Start the follow-up of each quote that waits for an answer and has none, whatever its organisation.

    One that is answered meanwhile may be started too: it looks before it mails, and then waits for nothing.
    While a server is away the same page is tried again.
    """
    after: UUID | None = None
    while not stopping.is_set():
        try:
            async with sessions() as session:
                quotes = await open_quotes(session, after=after, limit=at_once)
            await _start_missing_of(quotes, follow_ups, stopping)
        except Exception as error:
            if not is_passing(error):
                raise
            log.warning("looking for missing follow-ups, which waits: %r", error)
            await pause(stopping, AGAIN_AFTER)
            continue
        if len(quotes) < at_once:
            return
        after = quotes[-1].id


async def _start_missing_of(quotes: Sequence[Quote], follow_ups: FollowUps, stopping: asyncio.Event) -> None:
    """One that is refused is logged, and keeps no other waiting."""
    if not quotes:
        return
    begun = await follow_ups.begun_of([quote.id for quote in quotes])
    for quote in quotes:
        if stopping.is_set():
            return
        if quote.id in begun:
            continue
        try:
            await follow_ups.start(quote)
        except Exception as error:
            if is_passing(error):
                raise
            log.exception("the missing follow-up of quote %s is not started", quote.id)


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
