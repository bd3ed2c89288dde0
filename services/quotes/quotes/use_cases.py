"""Quotes: draft, change, move, send, answer, expire."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from chassis.auth import Caller
from chassis.dates import business_day
from chassis.paging import MOMENT_AND_ID, cut, position_of
from chassis.printing import Printer
from chassis.problems import NotFound
from contracts.lines import DocumentLine
from contracts.parties import Contact, Seller
from contracts.rights import Access
from services.quotes.billing import Billing
from services.quotes.documents.document import Document
from services.quotes.documents.making import print_document
from services.quotes.following.models import QuoteMail
from services.quotes.following.schemas import MailStatus
from services.quotes.links.secrets import Links
from services.quotes.pipeline import moving
from services.quotes.pipeline.stages import Pipeline
from services.quotes.pipeline.use_cases import pipeline_of
from services.quotes.quotes import domain, store
from services.quotes.quotes.field_rights import check_shows_nothing_hidden
from services.quotes.quotes.models import Quote, QuoteDocument, QuoteStatus
from services.quotes.quotes.schemas import AcceptInput, QuoteInput, ToldAgain


@dataclass(frozen=True)
class Desk:
    """What sending a quote needs beside the database."""

    billing: Billing
    printer: Printer
    links: Links


async def create_quote(
    session: AsyncSession, caller: Caller, given: QuoteInput, billing: Billing, *, now: datetime
) -> Quote:
    pipeline = await pipeline_of(session, caller.organisation)
    moving.check_editable(pipeline.first, caller.access_in)
    contact = await billing.contact(caller.organisation, given.customer_id)
    quote = domain.draft_quote(caller.organisation, given, contact, caller.access, now=now)
    session.add(quote)
    await session.flush()
    return quote


async def change_quote(
    session: AsyncSession,
    caller: Caller,
    quote_id: UUID,
    given: QuoteInput,
    billing: Billing,
    *,
    seen: datetime | None = None,
    now: datetime,
) -> Quote:
    """`seen`: up to when the writer knew what others changed. 409 when they changed it since."""
    quote, _ = await get_editable_quote(session, caller, quote_id)
    domain.check_draft(quote, seen)
    contact = await billing.contact(caller.organisation, given.customer_id)
    domain.change_draft(quote, given, contact, caller.access)
    quote.changed_at, quote.changed_by_name = now, caller.name
    return quote


async def move_quote(session: AsyncSession, caller: Caller, quote_id: UUID, stage: str, *, now: datetime) -> Quote:
    """Idempotent: a quote that stands there already stays."""
    quote, pipeline = await get_editable_quote(session, caller, quote_id)
    before = quote.stage
    moving.move(quote, stage, pipeline, caller.access_in)
    if quote.status is QuoteStatus.DRAFT and quote.stage != before:  # later on the database refuses every change
        quote.moved_at = now
    return quote


async def send_quote(
    session: AsyncSession, caller: Caller, quote_id: UUID, desk: Desk, *, seen: datetime | None = None, now: datetime
) -> Quote:
    """Freeze and number the quote, make its document and its link; the workflow that starts from the event mails it.

    `seen` as in `change_quote`.
    """
    quote, pipeline = await get_editable_quote(session, caller, quote_id)
    moving.check_editable(pipeline.of_status(QuoteStatus.SENT), caller.access_in)
    domain.check_draft(quote, seen)
    contact = await desk.billing.contact(caller.organisation, quote.customer_id)
    seller = await desk.billing.seller(caller.organisation)
    domain.check_can_be_sent(quote, contact)
    today = business_day(now)
    sequence = await store.next_number(session, caller.organisation, today.year)
    domain.freeze(quote, domain.number_of(today, sequence), now=now)
    quote.customer_name = contact.name
    content = document_of(quote, seller, contact)
    pdf = await print_document(desk.printer, content)
    outbox.record(session, domain.send(quote, hashlib.sha256(pdf).hexdigest()), at=now)
    session.add(QuoteDocument(quote_id=quote.id, pdf=pdf, content=content, rendered_at=now))
    session.add(desk.links.new(quote.id, by=caller.subject, now=now))
    session.add(QuoteMail(quote_id=quote.id, name="send", status=MailStatus.PLANNED, recipient=contact.email, at=now))
    return quote


def document_of(quote: Quote, seller: Seller, contact: Contact) -> Document:
    """What is printed: the lines without what they cost us."""
    facts = {name: getattr(quote, name) for name in Document.model_fields if name not in ("seller", "contact")}
    lines = [DocumentLine(**line.model_dump(include=set(DocumentLine.model_fields))) for line in quote.lines]
    return Document(**facts | {"lines": lines}, seller=seller, contact=contact)


async def accept_quote(
    session: AsyncSession,
    caller: Caller,
    quote_id: UUID,
    given: AcceptInput,
    *,
    ip: str | None,
    agent: str | None,
    now: datetime,
) -> Quote:
    quote, pipeline = await get_editable_quote(session, caller, quote_id)
    moving.check_editable(pipeline.of_status(QuoteStatus.ACCEPTED), caller.access_in)
    event = domain.accept(quote, given, recorded_by=caller.subject, ip=ip, agent=agent, now=now)
    outbox.record(session, event, at=now)
    return quote


async def tell_accepted_again(
    session: AsyncSession, organisation: str, since: datetime, cursor: str | None, *, limit: int, now: datetime
) -> ToldAgain:
    """Of the quotes accepted since a business instant. Who drafted an invoice for one does not draft another."""
    after = position_of(cursor, MOMENT_AND_ID)
    rows = await store.accepted_since(session, organisation, since, after=after, limit=limit + 1)
    quotes, following = cut(rows, limit, position=lambda quote: (quote.closed_at, quote.id))
    for quote in quotes:
        outbox.record(session, domain.acceptance_of(quote), at=now)
    return ToldAgain(told=len(quotes), next=following)


async def refuse_quote(session: AsyncSession, caller: Caller, quote_id: UUID, reason: str, *, now: datetime) -> Quote:
    quote, pipeline = await get_editable_quote(session, caller, quote_id)
    moving.check_editable(pipeline.of_status(QuoteStatus.REFUSED), caller.access_in)
    outbox.record(session, domain.refuse(quote, reason, now=now), at=now)
    return quote


async def expire_quote(session: AsyncSession, caller: Caller, quote_id: UUID, *, now: datetime) -> Quote:
    """Idempotent: what is closed already stays as it is."""
    quote = await get_seen_quote(session, caller, quote_id, lock=True)
    if event := domain.expire(quote, now=now):
        outbox.record(session, event, at=now)
    return quote


async def get_quote(session: AsyncSession, organisation: str, quote_id: UUID, *, lock: bool = False) -> Quote:
    quote = await store.find_quote(session, organisation, quote_id, lock=lock)
    if quote is None:
        raise NotFound("quote", quote_id)
    return quote


async def get_seen_quote(session: AsyncSession, caller: Caller, quote_id: UUID, *, lock: bool = False) -> Quote:
    """404 also when the caller's profile hides its stage."""
    quote, _ = await _seen(session, caller, quote_id, lock=lock)
    return quote


async def get_editable_quote(session: AsyncSession, caller: Caller, quote_id: UUID) -> tuple[Quote, Pipeline]:
    """The quote, locked, and the pipeline it stands in; 403 when the caller may only see its stage."""
    quote, pipeline = await _seen(session, caller, quote_id, lock=True)
    moving.check_editable(pipeline.stage_of(quote), caller.access_in)
    return quote, pipeline


async def _seen(session: AsyncSession, caller: Caller, quote_id: UUID, *, lock: bool) -> tuple[Quote, Pipeline]:
    quote = await get_quote(session, caller.organisation, quote_id, lock=lock)
    pipeline = await pipeline_of(session, caller.organisation)
    if caller.access_in(pipeline.stage_of(quote).key) is Access.HIDDEN:
        raise NotFound("quote", quote_id)
    return quote, pipeline


async def get_document(session: AsyncSession, caller: Caller, quote_id: UUID) -> tuple[str, bytes]:
    """Its number and PDF; 404 for a draft, which has no document yet; 403 when it prints a discount that is hidden."""
    quote = await get_seen_quote(session, caller, quote_id)
    check_shows_nothing_hidden(quote.lines, caller.access)
    found = await store.find_document(session, caller.organisation, quote_id)
    if found is None:
        raise NotFound("document of quote", quote_id)
    return found
