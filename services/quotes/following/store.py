"""Queries on the e-mails about quotes; each takes the organisation."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.quotes.following.models import QuoteMail
from services.quotes.following.schemas import MailStatus
from services.quotes.quotes.models import Quote


async def mails_of(session: AsyncSession, organisation: str, quote_id: UUID) -> Sequence[QuoteMail]:
    """Oldest first."""
    query = select(QuoteMail).join(Quote, col(Quote.id) == col(QuoteMail.quote_id))
    query = query.where(Quote.organisation == organisation, QuoteMail.quote_id == quote_id)
    return (await session.exec(query.order_by(col(QuoteMail.at), col(QuoteMail.name).desc()))).all()


async def put_mail(session: AsyncSession, mail: QuoteMail) -> None:
    """What came back stays so, should the fact that it was sent be told after it."""
    values = mail.model_dump()
    written = insert(QuoteMail).values(**values)
    came_back = col(QuoteMail.status) == MailStatus.BOUNCED
    await session.exec(
        written.on_conflict_do_update(index_elements=["quote_id", "name"], set_=values, where=~came_back)
    )
