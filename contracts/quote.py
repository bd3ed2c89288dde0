"""A quote as other parts see it."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.base import Amount, BusinessDate, Contract, Currency, DecimalString, OrganisationId


class QuoteLine(Contract):
    """One line; `vat_rate` and `discount_percent` in percent, `unit_price` without VAT."""

    description: str
    quantity: DecimalString
    unit: str = "C62"
    unit_price: DecimalString
    discount_percent: DecimalString = Decimal(0)
    vat_rate: DecimalString


class Quote(Contract):
    quote_id: UUID
    number: str
    organisation: OrganisationId
    customer_id: UUID
    sent_on: BusinessDate
    valid_until: BusinessDate
    total: Amount
    total_without_vat: Amount
    currency: Currency
    subject: str = ""
    order_reference: str | None = None


class Acceptance(Contract):
    """Who accepted what and when: the evidence that article 1366 of the Code civil asks for."""

    name: str
    role: str = ""
    mention: str = ""
    accepted_on: BusinessDate
    document_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
