"""What the follow-up of a quote does: mail the quote, mail the follow-up, let the quote expire."""

import base64
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from temporalio import activity

from chassis.clock import real_now
from chassis.http import Peer, PeerRefused
from contracts.actions import ActionOutcome, ActionStatus, Attachment, QuoteContext, SendMessage
from contracts.base import Contract, Currency, Input, Key, OrganisationId
from contracts.clock import Clock
from contracts.parties import Contact, Seller
from contracts.quote import Quote
from contracts.scenario import Calendar
from workflows.dunning.calendar import local_day
from workflows.heartbeat import beating

STATUS_HOLDS = timedelta(seconds=5)
"""Real time after reading that a quote is open during which an e-mail about it may leave."""
SENDING_MAY_TAKE = 45.0


class Delivery(StrEnum):
    MADE = "made"  # `uncertain` counts: it may have left, and is not sent again
    FAILED = "failed"  # refused for good, or nobody to write to
    NEEDLESS = "needless"  # the quote was answered, or its validity is over


class QuoteMail(Contract):
    """One e-mail about a quote; `name` makes its business key: it leaves once, whatever the restarts."""

    organisation: OrganisationId
    quote_id: UUID
    name: str
    template: Key
    calendar: Calendar
    clock: Clock

    @property
    def key(self) -> str:
        return f"{self.quote_id}:quote:{self.name}:1"


class Expiry(Contract):
    organisation: OrganisationId
    quote_id: UUID


class QuoteFound(Contract):
    """`GET /quotes/{id}` of quotes: what the e-mails need of it."""

    id: UUID
    status: str
    number: str
    customer_id: UUID
    sent_on: date
    valid_until: date
    total: Decimal
    total_without_vat: Decimal
    currency: Currency
    subject: str
    order_reference: str | None


class QuoteLink(Contract):
    """`GET /quotes/{id}/link` of quotes."""

    url: str


class Nothing(Input):
    """An empty body."""


class QuoteClosed(Contract):
    status: str


class QuoteFollowUpActivities:
    """`now` gives real time. Whatever is out of reach, or refuses, fails the attempt, and is tried again."""

    def __init__(self, billing: Peer, quotes: Peer, notify: Peer, now: Callable[[], datetime] = real_now) -> None:
        self.billing = billing
        self.quotes = quotes
        self.notify = notify
        self.now = now

    def all(self) -> Sequence[Callable[..., object]]:
        return [self.send, self.expire]

    @activity.defn(name="send_quote_mail")
    @beating()
    async def send(self, mail: QuoteMail) -> Delivery:
        """Look whether the quote is still open, then mail it. notify sends one key once."""
        organisation = mail.organisation
        pdf = await self.quotes.get_bytes(f"/quotes/{mail.quote_id}/pdf", organisation=organisation)
        seller = await self.billing.get("/seller", Seller, organisation=organisation)
        read_at = self.now()
        found = await self.quotes.get(f"/quotes/{mail.quote_id}", QuoteFound, organisation=organisation)
        today = local_day(mail.clock.business(read_at), mail.calendar)
        if found.status != "sent" or today > found.valid_until:
            return Delivery.NEEDLESS
        path = f"/customers/{found.customer_id}/contact"
        contact = await self.billing.get(path, Contact, organisation=organisation)
        if not contact.email:
            return Delivery.FAILED
        quote, link = _quote(found, organisation), await self.link_of(mail)
        message = SendMessage(
            key=mail.key,
            context=QuoteContext(quote=quote, contact=contact, seller=seller, today=today, link=link),
            at=mail.clock.business(read_at),
            template=mail.template,
            recipient=contact.email,
            recipient_name=contact.name,
            thread=f"{mail.quote_id}:quote",
            attachments=[Attachment(filename=f"{found.number}.pdf", content=base64.b64encode(pdf))],
            not_after=read_at + STATUS_HOLDS,
        )
        outcome = await self.notify.post(
            "/messages", message, ActionOutcome, organisation=organisation, timeout=SENDING_MAY_TAKE
        )
        return _delivery(outcome)

    async def link_of(self, mail: QuoteMail) -> str | None:
        """The page of the quote; None when its link was revoked."""
        path = f"/quotes/{mail.quote_id}/link"
        try:
            return (await self.quotes.get(path, QuoteLink, organisation=mail.organisation)).url
        except PeerRefused as refusal:
            if refusal.status != 404:
                raise
            return None

    @activity.defn(name="expire_quote")
    @beating()
    async def expire(self, expiry: Expiry) -> str:
        """How the quote ended: `expired`, or what the customer had answered."""
        path = f"/quotes/{expiry.quote_id}/expire"
        closed = await self.quotes.post(path, Nothing(), QuoteClosed, organisation=expiry.organisation)
        return closed.status


def _quote(found: QuoteFound, organisation: str) -> Quote:
    return Quote(quote_id=found.id, organisation=organisation, **found.model_dump(exclude={"id", "status"}))


class NotFinished(Exception):
    """notify has not finished with the message; the attempt is made again and finds the outcome."""


def _delivery(outcome: ActionOutcome) -> Delivery:
    if outcome.status in (ActionStatus.PENDING, ActionStatus.SENDING):
        raise NotFinished(f"{outcome.key} is {outcome.status}")
    return Delivery.FAILED if outcome.status in (ActionStatus.FAILED, ActionStatus.BOUNCED) else Delivery.MADE
