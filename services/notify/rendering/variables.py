"""The variables of templates: one class for each group, from the contexts of `contracts.actions`.

The fields below are what a template may name, what the editor's help lists, and what the check at saving
knows; there is no other list.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from contracts.actions import Context, DunningContext, QuoteContext
from contracts.parties import Contact, CustomerKind, Language, Seller
from services.notify.rendering.meaning import Meaning
from services.notify.rendering.values import AddressText, AmountText, DateText, address_text

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


@dataclass(frozen=True)
class InvoiceVariables:
    """The invoice that is not paid."""

    number: Annotated[str, Meaning("The invoice's number", "Le numéro de la facture")]
    issue_date: Annotated[
        DateText,
        Meaning("When it was issued; `.short`, `.plus(days)`", "Sa date d’émission ; `.short`, `.plus(jours)`"),
    ]
    due_date: Annotated[DateText, Meaning("When it was due", "Sa date d’échéance")]
    total: Annotated[AmountText, Meaning("Its total with VAT", "Son total TTC")]
    balance: Annotated[AmountText, Meaning("What is still to be paid", "Ce qui reste à régler")]
    paid: Annotated[
        AmountText,
        Meaning(
            "What has been paid or credited; false when nothing was",
            "Ce qui a été réglé ou crédité ; faux si rien ne l’a été",
        ),
    ]
    order_reference: Annotated[
        str, Meaning("The customer's order number, may be empty", "Le numéro de commande du client, parfois vide")
    ]


@dataclass(frozen=True)
class QuoteVariables:
    """The quote that was sent."""

    number: Annotated[str, Meaning("The quote's number", "Le numéro du devis")]
    subject: Annotated[str, Meaning("What it is about, may be empty", "Son objet, parfois vide")]
    sent_on: Annotated[DateText, Meaning("When it was sent", "Sa date d’envoi")]
    valid_until: Annotated[
        DateText, Meaning("The last day on which it can be accepted", "Le dernier jour où il peut être accepté")
    ]
    total: Annotated[AmountText, Meaning("Its total with VAT", "Son total TTC")]
    total_without_vat: Annotated[AmountText, Meaning("Its total without VAT", "Son total HT")]
    order_reference: Annotated[
        str, Meaning("The customer's reference, may be empty", "La référence du client, parfois vide")
    ]
    link: Annotated[
        str,
        Meaning(
            "The page on which the customer reads, accepts or refuses it; may be empty",
            "La page où le client le lit, l’accepte ou le refuse ; parfois vide",
        ),
    ]


@dataclass(frozen=True)
class DunningVariables:
    """What templates about an unpaid invoice may name."""

    invoice: InvoiceVariables
    customer: CustomerVariables
    seller: SellerVariables
    today: Annotated[
        DateText,
        Meaning(
            "The day of the message; {{ today.plus(8) }} is eight days later",
            "Le jour du message ; {{ today.plus(8) }} est huit jours plus tard",
        ),
    ]
    days_late: Annotated[
        int,
        Meaning(
            "Calendar days since the due date; negative before it",
            "Les jours écoulés depuis l’échéance ; négatif avant elle",
        ),
    ]
    step: Annotated[str, Meaning("The key of the scenario's step", "La clé de l’étape du scénario")]
    language: Annotated[str, Meaning("fr or en", "fr ou en")]


@dataclass(frozen=True)
class QuoteMessageVariables:
    """What templates about a quote may name."""

    quote: QuoteVariables
    customer: CustomerVariables
    seller: SellerVariables
    today: Annotated[
        DateText,
        Meaning(
            "The day of the message; {{ today.plus(8) }} is eight days later",
            "Le jour du message ; {{ today.plus(8) }} est huit jours plus tard",
        ),
    ]
    language: Annotated[str, Meaning("fr or en", "fr ou en")]


Variables = DunningVariables | QuoteMessageVariables


def variables_of(context: Context, language: Language) -> Variables:
    if isinstance(context, QuoteContext):
        return _about_quote(context, language)
    return _about_invoice(context, language)


def _about_invoice(context: DunningContext, language: Language) -> DunningVariables:
    receivable = context.receivable

    def amount(value: Decimal) -> AmountText:
        return AmountText(value, receivable.currency, language)

    return DunningVariables(
        invoice=InvoiceVariables(
            number=receivable.number,
            issue_date=DateText(receivable.issue_date, language),
            due_date=DateText(receivable.due_date, language),
            total=amount(receivable.total),
            balance=amount(receivable.balance),
            paid=amount(receivable.total - receivable.balance),
            order_reference=receivable.order_reference or "",
        ),
        customer=_customer(receivable.contact, language, home=receivable.seller.address.country),
        seller=_seller(receivable.seller, language),
        today=DateText(context.today, language),
        days_late=context.days_late,
        step=context.step,
        language=language.value,
    )


def _about_quote(context: QuoteContext, language: Language) -> QuoteMessageVariables:
    quote = context.quote
    return QuoteMessageVariables(
        quote=QuoteVariables(
            number=quote.number,
            subject=quote.subject,
            sent_on=DateText(quote.sent_on, language),
            valid_until=DateText(quote.valid_until, language),
            total=AmountText(quote.total, quote.currency, language),
            total_without_vat=AmountText(quote.total_without_vat, quote.currency, language),
            order_reference=quote.order_reference or "",
            link=context.link or "",
        ),
        customer=_customer(context.contact, language, home=context.seller.address.country),
        seller=_seller(context.seller, language),
        today=DateText(context.today, language),
        language=language.value,
    )


def _customer(contact: Contact, language: Language, *, home: str) -> CustomerVariables:
    return CustomerVariables(
        name=contact.name,
        address=address_text(contact.address, language, home=home),
        email=contact.email or "",
        phone=contact.phone or "",
        is_professional=contact.kind is CustomerKind.PROFESSIONAL,
        is_consumer=contact.kind is CustomerKind.CONSUMER,
    )


def _seller(seller: Seller, language: Language) -> SellerVariables:
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
