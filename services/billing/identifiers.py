"""Numbers that identify parties and accounts, checked and written without spaces."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from stdnum import iban as iban_rules
from stdnum.exceptions import ValidationError as InvalidNumber
from stdnum.fr import siren as siren_rules
from stdnum.fr import siret as siret_rules

VAT_NUMBER = re.compile(r"FR[0-9A-HJ-NP-Z]{2}[0-9]{9}|(?!FR)[A-Z]{2}[0-9A-Z+*]{2,13}")
BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")


def _compact(value: object) -> object:
    return re.sub(r"[\s.]", "", value).upper() if isinstance(value, str) else value


def _siren(value: str) -> str:
    if value and not siren_rules.is_valid(value):
        raise ValueError(f"{value!r} is not a SIREN; expected nine digits with a valid check digit")
    return value


def _siret(value: str) -> str:
    if value and not siret_rules.is_valid(value):
        raise ValueError(f"{value!r} is not a SIRET; expected fourteen digits with a valid check digit")
    return value


def _vat_number(value: str) -> str:
    if value and not VAT_NUMBER.fullmatch(value):
        raise ValueError(f"{value!r} is not a VAT number; expected for example FR83404833048")
    return value


def _iban(value: str) -> str:
    try:
        return str(iban_rules.validate(value, check_country=False)) if value else value
    except InvalidNumber:
        raise ValueError(
            f"{value!r} is not an IBAN; expected for example FR7630006000011234567890189, with valid check digits"
        ) from None


def _bic(value: str) -> str:
    if value and not BIC.fullmatch(value):
        raise ValueError(f"{value!r} is not a BIC; expected 8 or 11 characters, for example AGRIFRPP")
    return value


Siren = Annotated[str, BeforeValidator(_compact), AfterValidator(_siren)]
"""Of a French business (Luhn); empty when it has none."""
Siret = Annotated[str, BeforeValidator(_compact), AfterValidator(_siret)]
VatNumber = Annotated[str, BeforeValidator(_compact), AfterValidator(_vat_number)]
"""Its form alone is checked; that it exists only the tax office knows (VIES)."""
Iban = Annotated[str, BeforeValidator(_compact), AfterValidator(_iban)]
"""ISO 13616: the country's length and mod 97."""
Bic = Annotated[str, BeforeValidator(_compact), AfterValidator(_bic)]
