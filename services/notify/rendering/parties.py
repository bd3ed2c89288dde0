"""The variables of who is written to and of who sells."""

from dataclasses import dataclass
from typing import Annotated

from contracts.parties import Contact, CustomerKind, Language, Seller
from services.notify.rendering.meaning import Meaning
from services.notify.rendering.values import AddressText, address_text

NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"


@dataclass(frozen=True)
class CustomerVariables:
    """The customer, as one writes to them."""

    name: Annotated[str, Meaning("The customer's name", "Le nom du client")]
    address: Annotated[
        AddressText,
        Meaning(
            "The postal address on one line; `.lines` for its lines",
            "L’adresse postale sur une ligne ; `.lines` pour ses lignes",
        ),
    ]
    email: Annotated[
        str, Meaning("The e-mail address, empty when unknown", "L’adresse électronique, vide si elle est inconnue")
    ]
    phone: Annotated[
        str, Meaning("The phone number, empty when unknown", "Le numéro de téléphone, vide s’il est inconnu")
    ]
    is_professional: Annotated[
        bool,
        Meaning(
            "A business: late penalties and the 40 EUR indemnity bind it",
            "Un professionnel : pénalités de retard et indemnité de 40 € lui sont applicables",
        ),
    ]
    is_consumer: Annotated[
        bool,
        Meaning(
            "A private person: no fee of any kind may be asked",
            "Un particulier : aucuns frais ne peuvent lui être demandés",
        ),
    ]


@dataclass(frozen=True)
class SellerVariables:
    """The organisation that sells."""

    name: Annotated[str, Meaning("The organisation's name", "Le nom de l’entreprise")]
    address: Annotated[
        AddressText,
        Meaning(
            "Its postal address on one line; `.lines` for its lines",
            "Son adresse postale sur une ligne ; `.lines` pour ses lignes",
        ),
    ]
    email: Annotated[str, Meaning("Its e-mail address, may be empty", "Son adresse électronique, parfois vide")]
    phone: Annotated[str, Meaning("Its phone number, may be empty", "Son numéro de téléphone, parfois vide")]
    iban: Annotated[
        str,
        Meaning(
            "The account to pay to, in groups of four; may be empty",
            "Le compte sur lequel régler, par groupes de quatre ; parfois vide",
        ),
    ]
    bic: Annotated[str, Meaning("The bank's code, may be empty", "Le code de la banque, parfois vide")]
    legal_notice: Annotated[
        str,
        Meaning(
            "Legal form, capital, register and VAT number on one line (C. com. R123-237)",
            "Forme juridique, capital, registre et numéro de TVA sur une ligne (C. com. R123-237)",
        ),
    ]


def customer_variables(contact: Contact, language: Language, *, home: str) -> CustomerVariables:
    return CustomerVariables(
        name=contact.name,
        address=address_text(contact.address, language, home=home),
        email=contact.email or "",
        phone=contact.phone or "",
        is_professional=contact.kind is CustomerKind.PROFESSIONAL,
        is_consumer=contact.kind is CustomerKind.CONSUMER,
    )


def seller_variables(seller: Seller, language: Language) -> SellerVariables:
    return SellerVariables(
        name=seller.name,
        address=address_text(seller.address, language, home=seller.address.country),
        email=seller.email,
        phone=seller.phone,
        iban=_in_fours(seller.iban),
        bic=seller.bic,
        legal_notice=_legal_notice(seller),
    )


def _in_fours(iban: str) -> str:
    bare = "".join(iban.split())
    return " ".join(bare[start : start + 4] for start in range(0, len(bare), 4))


def _legal_notice(seller: Seller) -> str:
    """What a registered trader states on its letters and e-mails (C. com. R123-237), in the seller's language."""
    form = f"{seller.legal_form} au capital de {seller.capital}" if seller.capital else seller.legal_form
    register = f"RCS {seller.rcs_city} {_in_threes(seller.siren)}" if seller.rcs_city else _in_threes(seller.siren)
    vat = f"TVA {seller.vat_number}" if seller.vat_number else ""
    return " · ".join(part.strip() for part in (form, register, vat) if part.strip())


def _in_threes(siren: str) -> str:
    return NARROW_SPACE.join(siren[start : start + 3] for start in range(0, len(siren), 3))
