"""What the customer's page takes and gives: what they were sent, and nothing of what we know besides."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import Amount, BusinessDate, DecimalString, Input
from contracts.lines import OneLine, Text, VatShare
from contracts.parties import Address, Language
from services.quotes.quotes.models import QuoteStatus


class PublicSeller(BaseModel):
    """`legal`: what a registered trader states (C. com. R123-237), one fact each."""

    name: str
    address: Address
    email: str
    phone: str
    legal: list[str]


class PublicLine(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    description: str
    quantity: DecimalString
    unit: str
    unit_price: DecimalString
    discount_percent: DecimalString
    vat_rate: DecimalString
    net: Amount


class PublicAnswer(BaseModel):
    """`name` and `mention` of an acceptance; a refusal has none."""

    name: str | None
    mention: str | None
    at: datetime


class PublicQuote(BaseModel):
    """`language` is the customer's; `mention` is what an acceptance has to say in it."""

    number: str
    status: QuoteStatus
    language: Language
    mention: str
    seller: PublicSeller
    customer: str
    subject: str
    order_reference: str | None
    note: str
    sent_on: BusinessDate
    valid_until: BusinessDate
    today: BusinessDate
    currency: str
    lines: list[PublicLine]
    vat_shares: list[VatShare]
    total_without_vat: Amount
    total_vat: Amount
    total: Amount
    total_discount: DecimalString = Field(description="Without VAT")
    document_sha256: str
    answer: PublicAnswer | None


class PublicAcceptance(Input):
    """`mention` is typed by the customer: « Bon pour accord », or Accepted for agreement. `dated` as they write it."""

    name: Annotated[OneLine, Field(min_length=2, max_length=200)]
    role: Annotated[OneLine, Field(max_length=200)] = ""
    mention: Annotated[OneLine, Field(min_length=1, max_length=200)]
    dated: BusinessDate


class PublicRefusal(Input):
    reason: Annotated[Text, Field(max_length=1000)] = ""
