"""What quotes holds on a customer. An accepted quote proves an invoice, so the law keeps it as long."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, cast, func, literal_column
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.personal.held import Held, Holdings
from chassis.personal.pruning import Pruning
from services.quotes.following.models import QuoteMail
from services.quotes.quotes.models import PricedLine, Quote, QuoteDocument, QuoteStatus
from services.quotes.settings import QuotesSettings

YEARS = 10
"""What proves an entry of the accounts: ten years from the end of the accounting year (C. com. L123-22)."""
WITHOUT_FRUIT = (QuoteStatus.REFUSED, QuoteStatus.EXPIRED)
LINES_WITHOUT_WORDS: ColumnElement[Any] = literal_column(
    "(select jsonb_agg(line || jsonb_build_object('description', '-') order by place)"
    " from jsonb_array_elements(quotes.lines) with ordinality as listed (line, place))"
)
NO_REASON: ColumnElement[Any] = literal_column("case when quotes.refusal_reason is null then null else '-' end")
NO_ACCEPTANCE: ColumnElement[Any] = literal_column(
    "quotes.acceptance || jsonb_build_object('name', '-', 'role', '', 'mention', '',"
    " 'ip_address', null, 'user_agent', null)"
)
"""When it was accepted, and the hash of what was shown, stay."""
NO_QUOTE = {
    "customer_name": None,
    "subject": "",
    "order_reference": None,
    "note": "",
    "lines": LINES_WITHOUT_WORDS,
    "refusal_reason": NO_REASON,
    "acceptance": NO_ACCEPTANCE,
}
NO_MAIL = {"recipient": None, "reason": None}
LAST_DAY: ColumnElement[Any] = func.make_date(cast(func.extract("year", col(Quote.closed_at)), Integer) + YEARS, 12, 31)


def _quotes(organisation: str, customer: UUID, *statuses: QuoteStatus) -> ColumnElement[bool]:
    theirs = (col(Quote.organisation) == organisation) & (col(Quote.customer_id) == customer)
    return theirs & col(Quote.status).in_(statuses or tuple(QuoteStatus))


def _drafts(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return _quotes(organisation, customer, QuoteStatus.DRAFT)


def _others(organisation: str, customer: UUID) -> ColumnElement[bool]:
    """Also those that wait for an answer: they are withdrawn before."""
    return _quotes(organisation, customer, QuoteStatus.SENT, *WITHOUT_FRUIT)


def _accepted(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return _quotes(organisation, customer, QuoteStatus.ACCEPTED)


def _mails(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return col(QuoteMail.quote_id).in_(select(Quote.id).where(_quotes(organisation, customer)))


def _documents(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return col(QuoteDocument.quote_id).in_(select(Quote.id).where(_others(organisation, customer)))


async def waiting(session: AsyncSession, organisation: str, customer: UUID) -> Sequence[Quote]:
    """Those that wait for the customer's answer, locked."""
    query = select(Quote).where(_quotes(organisation, customer, QuoteStatus.SENT))
    return (await session.exec(query.order_by(col(Quote.id)).with_for_update())).all()


def _without_costs(lines: Sequence[PricedLine]) -> list[dict[str, Any]]:
    return [line.model_dump(exclude={"cost_price"}) for line in lines]


SHOWN = {"lines": _without_costs}
"""What was offered, without what it costs us."""
HOLDINGS = Holdings(
    "quotes",
    (
        Held(QuoteMail, _mails, NO_MAIL),
        Held(QuoteDocument, _documents, pdf="/quotes/{id}/pdf"),
        Held(Quote, _drafts, shown=SHOWN),
        Held(Quote, _others, NO_QUOTE, shown=SHOWN),
        Held(Quote, _accepted, until=LAST_DAY, shown=SHOWN, pdf="/quotes/{id}/pdf"),
    ),
)


def prunings(settings: QuotesSettings) -> Sequence[Pruning]:
    """Drafts that nobody sent or works on; of quotes that are long closed, what tells of a person."""
    touched = func.greatest(col(Quote.changed_at), col(Quote.moved_at), col(Quote.created_at))
    closed = select(Quote.id).where(col(Quote.status).not_in((QuoteStatus.DRAFT, QuoteStatus.SENT)))
    return (
        Pruning(
            Quote,
            lambda before: (col(Quote.status) == QuoteStatus.DRAFT) & (touched < before),
            settings.drafts_kept,
        ),
        Pruning(
            QuoteDocument,
            lambda before: col(QuoteDocument.quote_id).in_(closed.where(col(Quote.closed_at) < before)),
            settings.quotes_kept,
        ),
        Pruning(
            QuoteMail,
            lambda before: col(QuoteMail.quote_id).in_(closed.where(col(Quote.closed_at) < before)),
            settings.quotes_kept,
            NO_MAIL,
        ),
        Pruning(
            Quote,
            lambda before: col(Quote.id).in_(closed.where(col(Quote.closed_at) < before)),
            settings.quotes_kept,
            NO_QUOTE,
        ),
    )
