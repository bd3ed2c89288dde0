"""What a customer does with the link of a quote: read it, accept it, refuse it."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from chassis.problems import DomainError
from services.quotes.documents.document import Document
from services.quotes.links.secrets import hash_of
from services.quotes.links.store import find_quote
from services.quotes.public import domain
from services.quotes.public.schemas import PublicAcceptance
from services.quotes.quotes import domain as quotes
from services.quotes.quotes.models import Quote
from services.quotes.quotes.schemas import AcceptInput
from services.quotes.quotes.store import find_content, find_document

CUSTOMER = "customer"
"""Who records an answer that comes by the link."""


class LinkNotValid(DomainError):
    """Unknown, revoked, over: one answer, which tells nothing of the quote."""

    status = 404

    def __init__(self) -> None:
        super().__init__("This link is not valid, or no longer.")


async def open_quote(session: AsyncSession, secret: str, *, now: datetime, lock: bool = False) -> Quote:
    quote = await find_quote(session, hash_of(secret), lock=lock)
    if quote is None or now >= quotes.expires_at(quote):
        raise LinkNotValid
    return quote


async def read_content(session: AsyncSession, quote: Quote) -> Document:
    content = await find_content(session, quote.organisation, quote.id)
    if content is None:
        raise LinkNotValid
    return content


async def read_pdf(session: AsyncSession, quote: Quote) -> tuple[str, bytes]:
    found = await find_document(session, quote.organisation, quote.id)
    if found is None:
        raise LinkNotValid
    return found


async def accept(
    session: AsyncSession, secret: str, given: PublicAcceptance, *, ip: str | None, agent: str | None, now: datetime
) -> Quote:
    """Once: the same acceptance again changes nothing; another one is 409."""
    quote = await open_quote(session, secret, now=now, lock=True)
    domain.check_mention(given.mention)
    if domain.is_the_same_acceptance(quote, given):
        return quote
    domain.check_date(quote, given.dated, now=now)
    words = AcceptInput(name=given.name, role=given.role, mention=given.mention)
    event = quotes.accept(quote, words, dated=given.dated, recorded_by=CUSTOMER, ip=ip, agent=agent, now=now)
    outbox.record(session, event, at=now)
    return quote


async def refuse(session: AsyncSession, secret: str, reason: str, *, now: datetime) -> Quote:
    """Once: the same refusal again changes nothing; another answer is 409."""
    quote = await open_quote(session, secret, now=now, lock=True)
    if not domain.is_the_same_refusal(quote, reason):
        outbox.record(session, quotes.refuse(quote, reason, now=now), at=now)
    return quote
