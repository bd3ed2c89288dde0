"""Queries on quotes; each takes the organisation."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select as select_columns
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql import ColumnElement
from sqlmodel import and_, case, col, func, or_, select, text, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.quotes.documents.document import Document
from services.quotes.pipeline.stages import MOVABLE, Pipeline
from services.quotes.quotes.models import Quote, QuoteDocument, QuoteSeries, QuoteStatus

IS_OPEN, IS_ACCEPTED = text("status = 'sent'"), text("status = 'accepted'")
"""As the indexes of these quotes say it."""


async def find_quote(session: AsyncSession, organisation: str, quote_id: UUID, *, lock: bool = False) -> Quote | None:
    query = select(Quote).where(Quote.organisation == organisation, Quote.id == quote_id)
    return (await session.exec(query.with_for_update() if lock else query)).one_or_none()


async def open_quotes(session: AsyncSession, *, after: UUID | None, limit: int) -> Sequence[Quote]:
    """Those that wait for an answer, by their ids. Of every organisation: a duty of the service, not of a caller."""
    query = select(Quote).where(IS_OPEN)
    if after is not None:
        query = query.where(col(Quote.id) > after)
    return (await session.exec(query.order_by(col(Quote.id)).limit(limit))).all()


async def accepted_since(
    session: AsyncSession, organisation: str, since: datetime, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Quote]:
    """In the order of their acceptance."""
    query = select(Quote).where(Quote.organisation == organisation, IS_ACCEPTED, col(Quote.closed_at) >= since)
    if after is not None:
        query = query.where(tuple_(col(Quote.closed_at), col(Quote.id)) > after)
    return (await session.exec(query.order_by(col(Quote.closed_at), col(Quote.id)).limit(limit))).all()


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; `seen` are the keys of the stages that the caller may see."""

    pipeline: Pipeline
    seen: Sequence[str]
    status: QuoteStatus | None = None
    stage: str | None = None
    customer_id: UUID | None = None
    words: str | None = None


async def numbers_of(session: AsyncSession, organisation: str, quotes: Collection[UUID]) -> dict[UUID, str]:
    """Of those that are the organisation's."""
    statement = select(Quote).where(col(Quote.organisation) == organisation, col(Quote.id).in_(quotes))
    return {quote.id: quote.number or "" for quote in (await session.exec(statement)).all()}


async def list_quotes(
    session: AsyncSession, organisation: str, filters: Filters, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[Quote]:
    """Newest first; `after` is when the last quote of the page before was created, and its id."""
    query = select(Quote).where(Quote.organisation == organisation, *_conditions(filters))
    if after is not None:
        query = query.where(tuple_(col(Quote.created_at), col(Quote.id)) < after)
    query = query.order_by(col(Quote.created_at).desc(), col(Quote.id).desc()).limit(limit)
    return list((await session.exec(query)).all())


async def totals(
    session: AsyncSession, organisation: str, filters: Filters
) -> Sequence[tuple[str, str, int, Decimal, Decimal]]:
    """Of each stage and currency: how many, their total without VAT, their total."""
    stage = _stage_in(filters.pipeline)
    sums = (func.count(), func.sum(col(Quote.total_without_vat)), func.sum(col(Quote.total)))
    query = select_columns(stage, col(Quote.currency), *sums)
    query = query.where(col(Quote.organisation) == organisation, *_conditions(filters))
    rows = await (await session.connection()).execute(query.group_by(text("1"), text("2")))
    return [(each[0], each[1], each[2], each[3], each[4]) for each in rows]


def _conditions(asked: Filters) -> Iterator[ColumnElement[bool]]:
    stage = _stage_in(asked.pipeline)
    if set(asked.seen) != set(asked.pipeline.keys):
        yield stage.in_(asked.seen)
    if asked.stage is not None:
        yield stage == asked.stage
    if asked.status is not None:
        yield col(Quote.status) == asked.status
    if asked.customer_id is not None:
        yield col(Quote.customer_id) == asked.customer_id
    if asked.words is not None:
        within = (Quote.number, Quote.subject, Quote.order_reference, Quote.customer_name)
        yield or_(*(col(column).icontains(asked.words, autoescape=True) for column in within))


def _stage_in(pipeline: Pipeline) -> ColumnElement[str]:
    """`Pipeline.stage_of` for the database."""
    chosen = and_(col(Quote.status).in_(MOVABLE), col(Quote.stage).in_(pipeline.keys))
    by_status = [(col(Quote.status) == status, pipeline.of_status(status).key) for status in QuoteStatus]
    return case((chosen, col(Quote.stage)), *by_status)


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


async def find_content(session: AsyncSession, organisation: str, quote_id: UUID) -> Document | None:
    """What the document of a sent quote prints; None for those sent before it was kept."""
    query = select(col(QuoteDocument.content)).join(Quote, col(Quote.id) == col(QuoteDocument.quote_id))
    return (await session.exec(query.where(Quote.organisation == organisation, Quote.id == quote_id))).one_or_none()
