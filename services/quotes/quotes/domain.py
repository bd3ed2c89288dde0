"""Rules of drafting, sending and answering a quote."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from chassis.dates import business_day, end_of
from chassis.problems import ChangedMeanwhile, DomainError
from contracts.clock import Clock
from contracts.currencies import digits_of
from contracts.events import QuoteAccepted, QuoteExpired, QuoteRefused, QuoteSent
from contracts.lines import Line, amounts_of
from contracts.parties import Contact
from contracts.quote import Quote as QuoteFacts
from contracts.quote import QuoteLine
from contracts.quote_followup import QuoteFollowUp
from services.quotes.quotes.field_rights import AccessTo, counterparts, permitted
from services.quotes.quotes.models import AcceptanceRecord, PricedLine, Quote, QuoteStatus
from services.quotes.quotes.schemas import AcceptInput, QuoteInput

VALIDITY = timedelta(days=30)
"""A usage; the law asks that a validity be printed, not which (arrêté of 24 January 2017)."""


class QuoteIsNotADraft(DomainError):
    def __init__(self, quote: Quote) -> None:
        super().__init__(f"Quote {quote.number} is {quote.status}; only a draft can be changed or sent.")


class QuoteWasNotSent(DomainError):
    def __init__(self, quote: Quote) -> None:
        super().__init__(f"Quote {quote.id} is a draft; expected a sent one.")


class QuoteAlreadyAnswered(DomainError):
    def __init__(self, quote: Quote) -> None:
        super().__init__(f"Quote {quote.number} is {quote.status} already.")


class QuoteNoLongerValid(DomainError):
    def __init__(self, quote: Quote) -> None:
        super().__init__(f"Quote {quote.number} was valid until {quote.valid_until}.")


class QuoteStillValid(DomainError):
    def __init__(self, quote: Quote) -> None:
        super().__init__(f"Quote {quote.number} is valid until {quote.valid_until}, the end of the day.")


class ValidityIsOver(DomainError):
    def __init__(self, valid_until: date, today: date) -> None:
        super().__init__(f"valid_until: {valid_until} is past; expected {today} or later, or nothing for 30 days")


class NothingToSell(DomainError):
    def __init__(self, quote: Quote) -> None:
        super().__init__(f"The total is {quote.total:f} {quote.currency}; expected more than 0 to send a quote.")


class CustomerHasNoEmail(DomainError):
    def __init__(self, contact: Contact) -> None:
        super().__init__(f"Customer {contact.name} has no e-mail address; expected one to send a quote to.")


def draft_quote(organisation: str, given: QuoteInput, contact: Contact, access: AccessTo, *, now: datetime) -> Quote:
    return Quote(organisation=organisation, created_at=now, **_values(given, [], contact, access))


def change_draft(quote: Quote, given: QuoteInput, contact: Contact, access: AccessTo) -> None:
    """Everything is replaced but what the caller may not edit. Raises FieldNotEditable."""
    check_draft(quote)
    quote.sqlmodel_update(_values(given, quote.lines, contact, access))


def _values(given: QuoteInput, before: Sequence[PricedLine], contact: Contact, access: AccessTo) -> dict[str, Any]:
    lines = permitted(given.lines, before, access)
    plain = [Line.model_validate(line.model_dump(include=set(Line.model_fields))) for line in lines]
    amounts = amounts_of(plain, digits=digits_of(given.currency))
    kept = [
        PricedLine(**printed.model_dump(), id=(old and old.id) or uuid4(), cost_price=line.cost_price)
        for line, printed, old in zip(lines, amounts.lines, counterparts(lines, before), strict=True)
    ]
    values: dict[str, Any] = {name: getattr(given, name) for name in QuoteInput.model_fields}
    values |= {name: getattr(amounts, name) for name in type(amounts).model_fields}
    return values | {"lines": kept, "customer_name": contact.name}


def check_draft(quote: Quote, seen: datetime | None = None) -> None:
    """`seen`: up to when the caller knows what others changed of it. 409 when they changed it since."""
    if quote.status is not QuoteStatus.DRAFT:
        raise QuoteIsNotADraft(quote)
    if seen and quote.changed_at and quote.changed_at > seen:
        raise ChangedMeanwhile("this draft", by=quote.changed_by_name or "", at=quote.changed_at)


def check_can_be_sent(quote: Quote, contact: Contact) -> None:
    check_draft(quote)
    if quote.total <= 0:
        raise NothingToSell(quote)
    if not contact.email:
        raise CustomerHasNoEmail(contact)


def number_of(sent_on: date, sequence: int) -> str:
    return f"D-{sent_on.year}-{sequence:05d}"


def freeze(quote: Quote, number: str, *, now: datetime) -> None:
    """Number and dates: from here on the document can be made, and nothing of it changes."""
    today = business_day(now)
    if quote.valid_until is not None and quote.valid_until < today:
        raise ValidityIsOver(quote.valid_until, today)
    quote.valid_until = quote.valid_until or today + VALIDITY
    quote.number, quote.sent_on, quote.sent_at = number, today, now


def send(quote: Quote, document_sha256: str) -> QuoteSent:
    quote.status, quote.document_sha256, quote.stage = QuoteStatus.SENT, document_sha256, None
    return QuoteSent(**_facts(quote))


def accept(
    quote: Quote,
    given: AcceptInput,
    *,
    dated: date | None = None,
    recorded_by: str,
    ip: str | None,
    agent: str | None,
    now: datetime,
) -> QuoteAccepted:
    """Who, when, and the hash of what they were shown (Code civil, art. 1366)."""
    check_can_be_answered(quote, now=now)
    quote.acceptance = AcceptanceRecord(
        name=given.name,
        role=given.role,
        mention=given.mention,
        accepted_on=business_day(now),
        dated=dated,
        document_sha256=quote.document_sha256 or "",
        accepted_at=now,
        recorded_by=recorded_by,
        ip_address=ip,
        user_agent=agent,
    )
    _close(quote, QuoteStatus.ACCEPTED, now=now)
    return acceptance_of(quote)


def acceptance_of(quote: Quote) -> QuoteAccepted:
    """What is told of an accepted quote, the first time and again."""
    lines = [QuoteLine(**line.model_dump(include=set(QuoteLine.model_fields))) for line in quote.lines]
    return QuoteAccepted(**_facts(quote), lines=lines, note=quote.note, acceptance=quote.acceptance)


def refuse(quote: Quote, reason: str, *, now: datetime) -> QuoteRefused:
    check_can_be_answered(quote, now=now)
    quote.refusal_reason = reason
    _close(quote, QuoteStatus.REFUSED, now=now)
    return QuoteRefused(**_facts(quote), reason=reason)


def expire(quote: Quote, *, now: datetime) -> QuoteExpired | None:
    """None when the customer's answer, or an earlier call, had closed it before."""
    if quote.status is QuoteStatus.DRAFT:
        raise QuoteWasNotSent(quote)
    if quote.status is not QuoteStatus.SENT:
        return None
    if now < expires_at(quote):
        raise QuoteStillValid(quote)
    _close(quote, QuoteStatus.EXPIRED, now=now)
    return QuoteExpired(**_facts(quote))


def withdraw(quote: Quote, *, now: datetime) -> QuoteExpired:
    """A quote that was sent ends before its time: nobody is left to answer it."""
    _close(quote, QuoteStatus.EXPIRED, now=now)
    return QuoteExpired(**_facts(quote))


def expires_at(quote: Quote) -> datetime:
    if quote.valid_until is None:
        raise QuoteWasNotSent(quote)
    return end_of(quote.valid_until)


def follow_up_of(quote: Quote, clock: Clock) -> QuoteFollowUp:
    """The input of the workflow that mails the quote and reminds of it."""
    if quote.sent_at is None or quote.valid_until is None:
        raise QuoteWasNotSent(quote)
    return QuoteFollowUp(
        organisation=quote.organisation,
        quote_id=quote.id,
        sent_at=quote.sent_at,
        follow_up_days=quote.follow_up_days,
        valid_until=quote.valid_until,
        expires_at=expires_at(quote),
        clock=clock,
    )


def check_can_be_answered(quote: Quote, *, now: datetime) -> None:
    if quote.status is QuoteStatus.DRAFT:
        raise QuoteWasNotSent(quote)
    if quote.status in (QuoteStatus.ACCEPTED, QuoteStatus.REFUSED):
        raise QuoteAlreadyAnswered(quote)
    if quote.status is QuoteStatus.EXPIRED or now >= expires_at(quote):
        raise QuoteNoLongerValid(quote)


def _close(quote: Quote, status: QuoteStatus, *, now: datetime) -> None:
    quote.status, quote.closed_at = status, now


def _facts(quote: Quote) -> dict[str, object]:
    """The quote as other parts see it."""
    facts: dict[str, object] = {name: getattr(quote, name) for name in QuoteFacts.model_fields if name != "quote_id"}
    return facts | {"quote_id": quote.id}
