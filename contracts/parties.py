"""Who sells and who buys, as printed on documents."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.base import Contract, CountryCode, Key


class Language(StrEnum):
    FRENCH = "fr"
    ENGLISH = "en"


class CustomerKind(StrEnum):
    """Three kinds, since late penalties and the 40 EUR indemnity bind professionals alone (C. com. L441-10)."""

    PROFESSIONAL = "professional"
    CONSUMER = "consumer"
    NON_PROFESSIONAL = "non_professional"  # a legal person that is not a business: association, works council


class Address(Contract):
    lines: Annotated[list[str], Field(min_length=1, max_length=5)]
    postal_code: str = ""
    city: str
    country: CountryCode = "FR"


class Seller(Contract):
    """The organisation's legal identity (C. com. R123-237), frozen on each issued invoice."""

    name: str
    address: Address
    legal_form: str = ""
    capital: str = ""
    siren: str = ""
    siret: str = ""
    rcs_city: str = ""
    vat_number: str = ""
    email: str = ""
    phone: str = ""
    iban: str = ""
    bic: str = ""


class Contact(Contract):
    """The customer as one writes to them or calls them."""

    customer_id: UUID
    name: str
    kind: CustomerKind
    language: Language
    address: Address
    email: str | None = None
    phone: str | None = None
    scenario: Key | None = None
