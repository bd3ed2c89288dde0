"""What `/customers` takes and gives."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, EmailStr, Field

from contracts.base import Input, Key
from contracts.parties import Address, CustomerKind, Language
from services.billing.identifiers import Siren, VatNumber
from services.billing.parties import AddressInput
from services.billing.texts import Line, Name

PaymentTerms = Annotated[int, Field(ge=0, le=120, description="Calendar days from the issue date to the due date")]


class CustomerInput(Input):
    """The whole customer: a PUT replaces what was there. `siren` and `vat_number` are those of a business."""

    name: Name
    kind: CustomerKind
    language: Language = Language.FRENCH
    address: AddressInput
    email: EmailStr | None = None
    phone: Annotated[Line, Field(min_length=1, max_length=40)] | None = None
    siren: Annotated[Siren, Field(min_length=9)] | None = None
    vat_number: Annotated[VatNumber, Field(min_length=4)] | None = None
    payment_terms_days: PaymentTerms = 30
    scenario: Key | None = None


class CustomerView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    kind: CustomerKind
    language: Language
    address: Address
    email: str | None
    phone: str | None
    siren: str | None
    vat_number: str | None
    payment_terms_days: int
    scenario: str | None
    created_at: datetime
    changed_at: datetime
