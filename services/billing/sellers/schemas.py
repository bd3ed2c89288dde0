"""What `PUT /seller` takes."""

from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator, validate_email

from contracts.parties import Seller
from services.billing.identifiers import Bic, Iban, Siren, Siret, VatNumber
from services.billing.parties import AddressInput
from services.billing.texts import Line, Name, ShortLine


def _email(value: str) -> str:
    return validate_email(value)[1] if value else value


OptionalEmail = Annotated[str, AfterValidator(_email)]


class SellerInput(Seller):
    """The legal identity printed on documents (C. com. R123-237); what is empty is not printed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    address: AddressInput
    legal_form: ShortLine = ""
    capital: ShortLine = ""
    siren: Siren = ""
    siret: Siret = ""
    rcs_city: ShortLine = ""
    vat_number: VatNumber = ""
    email: OptionalEmail = ""
    phone: Annotated[Line, Field(max_length=40)] = ""
    iban: Iban = ""
    bic: Bic = ""

    @model_validator(mode="after")
    def numbers_belong_together(self) -> Self:
        if self.siren and self.siret and not self.siret.startswith(self.siren):
            raise ValueError(
                f"siret: {self.siret!r} is not of the SIREN {self.siren}; expected one that begins with it"
            )
        return self
