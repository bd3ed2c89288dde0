"""Quotes, as far as pages need them; what the reader's profile hides is None."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel

from chassis.paging import Page
from contracts.base import Amount
from contracts.lines import VatShare
from contracts.parties import Address, Language
from contracts.rights import Access
from services.console.peers.client import Client, Value, found


class QuoteStatus(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"


class Act(StrEnum):
    SEND = "send"
    FOLLOW_UP = "follow_up"
    EXPIRE = "expire"


class MailStatus(StrEnum):
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    BOUNCED = "bounced"


class Margin(BaseModel):
    """`rate`: percent of the total without VAT."""

    amount: Amount
    rate: Decimal | None


class QuoteItem(BaseModel):
    id: UUID
    status: QuoteStatus
    stage: str
    number: str | None
    customer_id: UUID
    customer_name: str | None
    currency: str
    total_without_vat: Amount
    total_vat: Amount
    total: Amount
    total_discount: Decimal | None = None
    margin: Margin | None = None
    subject: str
    order_reference: str | None
    sent_on: date | None
    valid_until: date | None


class QuoteLine(BaseModel):
    id: UUID | None = None
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal | None = None
    discount_percent: Decimal | None = None
    vat_rate: Decimal
    net: Amount
    cost_price: Decimal | None = None


class Mail(BaseModel):
    name: Act
    status: MailStatus
    recipient: str | None
    reason: str | None
    at: datetime


class NextAct(BaseModel):
    act: Act
    at: datetime


class FollowUp(BaseModel):
    done: list[Mail]
    next: NextAct | None


class Acceptance(BaseModel):
    name: str
    role: str
    mention: str
    accepted_at: datetime
    ip_address: str | None
    recorded_by: str


class Quote(QuoteItem):
    lines: list[QuoteLine]
    vat_shares: list[VatShare]
    note: str
    follow_up_days: int
    changed_at: datetime | None = None
    changed_by_name: str | None = None
    document_sha256: str | None
    closed_at: datetime | None
    refusal_reason: str | None
    acceptance: Acceptance | None
    follow_up: FollowUp | None


class Stage(BaseModel):
    key: str
    names: Mapping[str, str]
    kind: str
    access: Access


class Pipeline(BaseModel):
    stages: list[Stage]


class StageTotal(BaseModel):
    stage: str
    currency: str
    count: int
    total_without_vat: Amount
    total: Amount


class Totals(BaseModel):
    stages: list[StageTotal]


class Link(BaseModel):
    url: str
    expires_at: datetime


class StageChoice(BaseModel):
    stage: str


class Recorded(BaseModel):
    """An answer that came by another way: `name` of an acceptance, `reason` of a refusal."""

    name: str | None = None
    mention: str | None = None
    reason: str | None = None


class Written(BaseModel):
    """A whole draft, as `PUT /quotes/{id}` takes it; of a line what was not given is not sent."""

    customer_id: UUID
    currency: str
    subject: str
    order_reference: str | None
    note: str
    valid_until: date | None
    follow_up_days: int
    lines: list[dict[str, str]]


@dataclass(frozen=True)
class Quotes:
    client: Client

    async def list(self, **asked: Value) -> Page[QuoteItem]:
        return await self.client.page("/quotes", QuoteItem, **asked)

    async def totals(self, **asked: Value) -> Totals:
        return await self.client.get("/quotes/totals", Totals, **asked)

    async def pipeline(self) -> Pipeline:
        return await self.client.get("/pipeline", Pipeline)

    async def quote(self, quote_id: UUID) -> Quote:
        return await self.client.get(f"/quotes/{quote_id}", Quote)

    async def link(self, quote_id: UUID) -> Link | None:
        return await found(self.client.get(f"/quotes/{quote_id}/link", Link))

    async def create(self, written: Written, *, key: str) -> Quote:
        return Quote.model_validate_json(await self.client.send("POST", "/quotes", written, key=key))

    async def change(self, quote_id: UUID, written: Written, *, since: str = "") -> None:
        """`since`: when the draft that was read had been changed. PeerRefused when somebody changed it after that."""
        await self.client.send("PUT", f"/quotes/{quote_id}", written, unless_changed_since=since)

    async def move(self, quote_id: UUID, stage: str) -> None:
        await self.client.send("PUT", f"/quotes/{quote_id}/stage", StageChoice(stage=stage))

    async def send(self, quote_id: UUID, *, since: str, key: str) -> None:
        """`since` as in `change`."""
        await self.client.send("POST", f"/quotes/{quote_id}/send", key=key, unless_changed_since=since)

    async def act(self, quote_id: UUID, act: str, body: BaseModel | None = None, *, key: str) -> None:
        """`accept`, `refuse`, `link` (a new one)."""
        await self.client.send("POST", f"/quotes/{quote_id}/{act}", body, key=key)

    async def revoke(self, quote_id: UUID) -> None:
        await self.client.send("DELETE", f"/quotes/{quote_id}/link")


class OfferSeller(BaseModel):
    name: str
    address: Address
    email: str
    phone: str
    legal: list[str]


class OfferAnswer(BaseModel):
    name: str | None
    mention: str | None
    at: datetime


class Offer(BaseModel):
    """A quote as its customer sees it, by its link."""

    number: str
    status: QuoteStatus
    language: Language
    mention: str
    seller: OfferSeller
    customer: str
    subject: str
    order_reference: str | None
    note: str
    sent_on: date
    valid_until: date
    today: date
    currency: str
    lines: list[QuoteLine]
    vat_shares: list[VatShare]
    total_without_vat: Amount
    total_vat: Amount
    total: Amount
    total_discount: Decimal
    answer: OfferAnswer | None


class Agreement(BaseModel):
    name: str
    role: str
    mention: str
    dated: date


class Refusal(BaseModel):
    reason: str


@dataclass(frozen=True)
class Offers:
    """What the holder of a link may do; `client` carries no token."""

    client: Client
    secret: str

    @property
    def path(self) -> str:
        return f"/public/quotes/{self.secret}"

    async def offer(self) -> Offer:
        return await self.client.get(self.path, Offer)

    async def accept(self, agreement: Agreement) -> None:
        await self.client.send("POST", f"{self.path}/accept", agreement)

    async def refuse(self, refusal: Refusal) -> None:
        await self.client.send("POST", f"{self.path}/refuse", refusal)
