"""The link of a quote: read it, make another, revoke it."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import DomainError, NotFound
from services.quotes.links import store
from services.quotes.links.models import QuoteLink
from services.quotes.links.schemas import LinkView
from services.quotes.links.secrets import Links
from services.quotes.quotes import domain
from services.quotes.quotes.field_rights import check_shows_nothing_hidden
from services.quotes.quotes.models import Quote
from services.quotes.quotes.store import find_content
from services.quotes.quotes.use_cases import get_seen_quote


class QuoteHasNoPage(DomainError):
    def __init__(self, quote: Quote) -> None:
        super().__init__(f"Quote {quote.number} was sent before quotes had a page for their customer.")


async def read_link(session: AsyncSession, caller: Caller, quote_id: UUID, links: Links, *, now: datetime) -> LinkView:
    """404 when none is in force, or its secret is no longer known; 403 when it shows a discount that is hidden."""
    quote = await get_seen_quote(session, caller, quote_id)
    check_shows_nothing_hidden(quote.lines, caller.access)
    link = await store.find_link(session, caller.organisation, quote_id)
    view = _view(quote, link, links) if link else None
    if view is None or now >= view.expires_at:
        raise NotFound("link of quote", quote_id)
    return view


async def renew_link(session: AsyncSession, caller: Caller, quote_id: UUID, links: Links, *, now: datetime) -> LinkView:
    """A new one; those before it no longer open anything. 409 unless the quote waits for its answer; 403 as above."""
    quote = await get_seen_quote(session, caller, quote_id, lock=True)
    check_shows_nothing_hidden(quote.lines, caller.access)
    domain.check_can_be_answered(quote, now=now)
    if await find_content(session, caller.organisation, quote_id) is None:
        raise QuoteHasNoPage(quote)
    await store.revoke(session, caller.organisation, quote_id, now=now)
    link = links.new(quote_id, by=caller.subject, now=now)
    session.add(link)
    view = _view(quote, link, links)
    assert view is not None  # noqa: S101 (made under this very key)
    return view


async def revoke_link(session: AsyncSession, caller: Caller, quote_id: UUID, *, now: datetime) -> None:
    """Idempotent."""
    await get_seen_quote(session, caller, quote_id, lock=True)
    await store.revoke(session, caller.organisation, quote_id, now=now)


def _view(quote: Quote, link: QuoteLink, links: Links) -> LinkView | None:
    url = links.address(link)
    return LinkView(url=url, created_at=link.created_at, expires_at=domain.expires_at(quote)) if url else None
