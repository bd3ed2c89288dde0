"""Queries on quotes; each takes the organisation."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.quotes.quotes.models import Quote, QuoteDocument, QuoteSeries, QuoteStatus


async def find_quote(session: AsyncSession, organisation: str, quote_id: UUID, *, lock: bool = False) -> Quote | None:
    query = select(Quote).where(Quote.organisation == organisation, Quote.id == quote_id)
    return (await session.exec(query.with_for_update() if lock else query)).one_or_none()


async def list_quotes(
    session: AsyncSession,
    organisation: str,
    *,
    status: QuoteStatus | None,
    customer_id: UUID | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Quote]:
    """Newest first; `after` is when the last quote of the page before was created, and its id."""
    query = select(Quote).where(Quote.organisation == organisation)
    if status is not None:
        query = query.where(Quote.status == status)
    if customer_id is not None:
        query = query.where(Quote.customer_id == customer_id)
    if after is not None:
        query = query.where(tuple_(col(Quote.created_at), col(Quote.id)) < after)
    query = query.order_by(col(Quote.created_at).desc(), col(Quote.id).desc()).limit(limit)
    return list((await session.exec(query)).all())


async def next_number(session: AsyncSession, organisation: str, year: int) -> int:
    """Locks the series until the transaction ends, so that numbers have no gap."""
    first = insert(QuoteSeries).values(organisation=organisation, year=year, last=1)
    taken = first.on_conflict_do_update(
        index_elements=["organisation", "year"], set_={"last": col(QuoteSeries.last) + 1}
    ).returning(col(QuoteSeries.last))
    return int((await session.exec(taken)).scalar_one())


async def find_document(session: AsyncSession, organisation: str, quote_id: UUID) -> tuple[str, bytes] | None:
    """The number and the PDF of a quote that was sent."""
    query = select(Quote.number, QuoteDocument.pdf).join(QuoteDocument, col(QuoteDocument.quote_id) == col(Quote.id))
    row = (await session.exec(query.where(Quote.organisation == organisation, Quote.id == quote_id))).one_or_none()
    return (row[0] or "", row[1]) if row else None
