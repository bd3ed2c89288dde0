"""What `/quotes` takes and gives."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from contracts.base import Amount, BusinessDate, Currency, DecimalString, Input, Instant, Key
from contracts.lines import LARGEST, Line, OneLine, Text, UnitPrice, VatShare, net_amount
from contracts.quote import QuoteLine
from services.quotes.following.schemas import FollowUpView
from services.quotes.quotes.margins import Margin, cost_of
from services.quotes.quotes.models import AcceptanceRecord, QuoteStatus

Name = Annotated[OneLine, Field(min_length=1, max_length=200)]
Words = Annotated[OneLine, Field(max_length=200)]
TOLD = set(QuoteLine.model_fields)
MOST_BYTES = 900_000
"""Of the lines: with the rest of the quote they fit into an event."""


class LineInput(Line):
    """A line as given. `cost_price`: what one unit costs us without VAT; nobody outside ever sees it.

    `id` says which line of the draft it replaces, so that what the caller may not see of it stays; without an id
    it is the line with the same description.
    """

    id: UUID | None = None
    cost_price: UnitPrice | None = None


def _of_sums_that_fit(lines: list[LineInput]) -> list[LineInput]:
    sums = {
        "come to": sum(abs(net_amount(line)) for line in lines),
        "come before their discounts to": sum(abs(cost_of(line.quantity, line.unit_price)) for line in lines),
        "cost": sum(abs(cost_of(line.quantity, line.cost_price)) for line in lines if line.cost_price is not None),
    }
    for what, together in sums.items():
        if together > LARGEST:
            raise ValueError(f"the lines {what} {together:f} without VAT; expected at most {LARGEST:f}")
    return lines


def _of_a_size_that_fits(lines: list[LineInput]) -> list[LineInput]:
    """As JSON, which the event of the acceptance carries."""
    size = sum(len(line.model_dump_json(include=TOLD).encode()) for line in lines)
    if size > MOST_BYTES:
        raise ValueError(f"the lines take {size} bytes; expected at most {MOST_BYTES}: fewer, or shorter descriptions")
    return lines


LineInputs = Annotated[
    list[LineInput],
    Field(min_length=1, max_length=500),
    AfterValidator(_of_sums_that_fit),
    AfterValidator(_of_a_size_that_fits),
]


class QuoteInput(Input):
    """The whole draft: a PUT replaces what was there. `note` is printed below the totals."""

    customer_id: UUID
    currency: Currency = "EUR"
    lines: LineInputs
    subject: Words = ""
    order_reference: Annotated[OneLine, Field(min_length=1, max_length=100)] | None = None
    note: Annotated[Text, Field(max_length=1000)] = ""
    valid_until: BusinessDate | None = Field(default=None, description="The last day, else 30 days after sending")
    follow_up_days: int = Field(default=7, ge=1, le=90, description="Days from sending to the follow-up e-mail")


class AcceptInput(Input):
    """Who accepts, in which quality, and what they wrote, such as « Bon pour accord »."""

    name: Name
    role: Words = ""
    mention: Words = ""


class RefuseInput(Input):
    reason: Annotated[Text, Field(max_length=1000)] = ""


class StageInput(Input):
    stage: Key


class TellAgainInput(Input):
    """From when on acceptances are told again; business time."""

    since: Instant


class ToldAgain(BaseModel):
    """`next`: the `cursor` with which to go on, None once everything was told."""

    told: int = Field(description="How many acceptances go out once more")
    next: str | None


class Withholding(BaseModel):
    """An answer that leaves out what was never set: what the caller's profile hides. Only that has a default."""

    model_config = ConfigDict(frozen=True)

    @model_serializer(mode="wrap")
    def _what_was_set(self, serialize: SerializerFunctionWrapHandler) -> dict[str, object]:
        return {name: value for name, value in serialize(self).items() if name in self.model_fields_set}


class LineView(Withholding):
    """`net`: without VAT, after the discount. `discount_percent` and `cost_price` are left out for those who may not
    see them, and with a discount also the unit price, from which it could be computed."""

    id: UUID | None
    description: str
    quantity: DecimalString
    unit: str
    unit_price: DecimalString | None = None
    discount_percent: DecimalString | None = None
    vat_rate: DecimalString
    net: Amount
    cost_price: DecimalString | None = None


class QuoteSummary(Withholding):
    """A quote in a list; number and dates of sending are None on a draft.

    `total_discount` (without VAT) and `margin` are left out for those who may not see them; the margin is None
    while a line has no cost price. `customer_name`: as billing had it last.
    """

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
    total_discount: DecimalString | None = None
    margin: Margin | None = None
    subject: str
    order_reference: str | None
    sent_on: date | None
    valid_until: date | None
    created_at: datetime


class QuoteView(QuoteSummary):
    """The whole of it; `document_sha256` is the hash of the PDF that `/pdf` gives."""

    lines: list[LineView]
    vat_shares: list[VatShare]
    note: str
    follow_up_days: int
    changed_at: datetime | None
    changed_by_name: str | None
    sent_at: datetime | None
    document_sha256: str | None
    closed_at: datetime | None
    refusal_reason: str | None
    acceptance: AcceptanceRecord | None
    follow_up: FollowUpView | None


class CurrencyTotal(BaseModel):
    """Of one stage and currency."""

    stage: str
    currency: str
    count: int
    total_without_vat: Amount
    total: Amount


class QuoteTotals(BaseModel):
    """What the list under the same filters comes to, in the order of the stages; empty where nothing fits."""

    stages: list[CurrencyTotal]
