"""Quotes: draft, change, send, answer, expire."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from chassis.auth import Caller
from chassis.dates import business_day
from chassis.printing import Printer
from chassis.problems import NotFound
from contracts.parties import Contact, Seller
from services.quotes.billing import Billing
from services.quotes.documents.document import Document
from services.quotes.documents.making import print_document
from services.quotes.quotes import domain, store
from services.quotes.quotes.models import Quote, QuoteDocument
from services.quotes.quotes.schemas import AcceptInput, QuoteInput


@dataclass(frozen=True)
class Desk:
    """What sending a quote needs beside the database."""

    billing: Billing
    printer: Printer


async def create_quote(
    session: AsyncSession, caller: Caller, given: QuoteInput, billing: Billing, *, now: datetime
) -> Quote:
    await billing.contact(caller.organisation, given.customer_id)
    quote = domain.draft_quote(caller.organisation, given, now=now)
    session.add(quote)
    await session.flush()
    return quote


async def change_quote(
    session: AsyncSession, caller: Caller, quote_id: UUID, given: QuoteInput, billing: Billing
) -> Quote:
    quote = await get_quote(session, caller.organisation, quote_id, lock=True)
    domain.check_draft(quote)
    await billing.contact(caller.organisation, given.customer_id)
    domain.change_draft(quote, given)
    return quote


async def send_quote(session: AsyncSession, caller: Caller, quote_id: UUID, desk: Desk, *, now: datetime) -> Quote:
    """Freeze and number the quote, make its document; the workflow that starts from the event mails it."""
    quote = await get_quote(session, caller.organisation, quote_id, lock=True)
    domain.check_draft(quote)
    contact = await desk.billing.contact(caller.organisation, quote.customer_id)
    seller = await desk.billing.seller(caller.organisation)
    domain.check_can_be_sent(quote, contact)
    today = business_day(now)
    sequence = await store.next_number(session, caller.organisation, today.year)
    domain.freeze(quote, domain.number_of(today, sequence), now=now)
    pdf = await print_document(desk.printer, document_of(quote, seller, contact))
    outbox.record(session, domain.send(quote, hashlib.sha256(pdf).hexdigest()), at=now)
    session.add(QuoteDocument(quote_id=quote.id, pdf=pdf, rendered_at=now))
    return quote


def document_of(quote: Quote, seller: Seller, contact: Contact) -> Document:
    facts = {name: getattr(quote, name) for name in Document.model_fields if name not in ("seller", "contact")}
    return Document(**facts, seller=seller, contact=contact)


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
    quote = await get_quote(session, caller.organisation, quote_id, lock=True)
    event = domain.accept(quote, given, recorded_by=caller.subject, ip=ip, agent=agent, now=now)
    outbox.record(session, event, at=now)
    return quote


async def refuse_quote(session: AsyncSession, caller: Caller, quote_id: UUID, reason: str, *, now: datetime) -> Quote:
    quote = await get_quote(session, caller.organisation, quote_id, lock=True)
    outbox.record(session, domain.refuse(quote, reason, now=now), at=now)
    return quote


async def expire_quote(session: AsyncSession, caller: Caller, quote_id: UUID, *, now: datetime) -> Quote:
    """Idempotent: what is closed already stays as it is."""
    quote = await get_quote(session, caller.organisation, quote_id, lock=True)
    if event := domain.expire(quote, now=now):
        outbox.record(session, event, at=now)
    return quote


async def get_quote(session: AsyncSession, organisation: str, quote_id: UUID, *, lock: bool = False) -> Quote:
    quote = await store.find_quote(session, organisation, quote_id, lock=lock)
    if quote is None:
        raise NotFound("quote", quote_id)
    return quote


async def get_document(session: AsyncSession, organisation: str, quote_id: UUID) -> tuple[str, bytes]:
    """Its number and PDF; 404 for a draft too, which has no document yet."""
    found = await store.find_document(session, organisation, quote_id)
    if found is None:
        raise NotFound("document of quote", quote_id)
    return found
