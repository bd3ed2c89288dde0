"""Queries on links; each takes the organisation, but for that by the secret, which stands for it."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.quotes.links.models import QuoteLink
from services.quotes.quotes.models import Quote


async def find_link(session: AsyncSession, organisation: str, quote_id: UUID) -> QuoteLink | None:
    """The one in force."""
    query = select(QuoteLink).join(Quote, col(Quote.id) == col(QuoteLink.quote_id))
    query = query.where(Quote.organisation == organisation, QuoteLink.quote_id == quote_id)
    return (await session.exec(query.where(col(QuoteLink.revoked_at).is_(None)))).one_or_none()


async def revoke(session: AsyncSession, organisation: str, quote_id: UUID, *, now: datetime) -> None:
    link = await find_link(session, organisation, quote_id)
    if link is not None:
        link.revoked_at = now
        await session.flush()


async def find_quote(session: AsyncSession, secret_sha256: str, *, lock: bool = False) -> Quote | None:
    """The quote of a link in force."""
    query = select(Quote).join(QuoteLink, col(QuoteLink.quote_id) == col(Quote.id))
    query = query.where(QuoteLink.secret_sha256 == secret_sha256, col(QuoteLink.revoked_at).is_(None))
    return (await session.exec(query.with_for_update(of=Quote) if lock else query)).one_or_none()
