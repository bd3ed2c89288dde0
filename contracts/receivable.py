"""The receivable: what an issued invoice still has to bring in."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from contracts.base import Amount, BusinessDate, Contract, CountryCode, Currency, Instant, Key, OrganisationId
from contracts.parties import Contact, CustomerKind, Language, Seller


class ReceivableStatus(StrEnum):
    OPEN = "open"
    SETTLED = "settled"  # paid in full
    CREDITED = "credited"  # brought to zero by a credit note
    CANCELLED = "cancelled"
    WRITTEN_OFF = "written_off"


class ReceivableCustomer(Contract):
    """What choosing a scenario needs to know of the customer; no name, no address."""

    customer_id: UUID
    kind: CustomerKind
    language: Language
    country: CountryCode
    scenario: Key | None = None


class Receivable(Contract):
    """One issued invoice and its balance. `version` grows with each change: an older one is out of date."""

    invoice_id: UUID
    number: str
    organisation: OrganisationId
    customer: ReceivableCustomer
    issue_date: BusinessDate
    due_date: BusinessDate
    total: Amount
    balance: Amount
    currency: Currency
    status: ReceivableStatus
    scenario: Key | None = Field(default=None, description="The scenario chosen for this invoice alone.")
    version: int = Field(ge=1)


class ReceivableView(Receivable):
    """`GET /receivables/{invoice_id}` of billing: the receivable, both parties, and how fresh it is.

    `as_of` is real time: every payment event that waited for billing at that instant is in the balance.
    """

    as_of: Instant
    contact: Contact
    seller: Seller
    order_reference: str | None = None
