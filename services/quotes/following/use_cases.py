"""What notify tells of the e-mails about quotes is kept with the quote."""

import re
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.events.notify import ActionEvent
from services.quotes.following import store
from services.quotes.following.domain import ACTS
from services.quotes.following.models import QuoteMail
from services.quotes.following.schemas import MailStatus
from services.quotes.quotes.store import find_quote

KEY = re.compile(r"(?P<quote>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}):quote:(?P<name>[a-z-]+):1")
"""The business key that the follow-up's workflow gives its messages."""


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
