"""The variables of templates: one class for each group, from the contexts of `contracts.actions`.

The fields below are what a template may name, what the editor's help lists, and what the check at saving
knows; there is no other list.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from contracts.actions import Context, DunningContext, QuoteContext
from contracts.parties import Contact, CustomerKind, Language, Seller
from services.notify.rendering.values import AddressText, AmountText, DateText, address_text

NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"


@dataclass(frozen=True)
class CustomerVariables:
    """The customer, as one writes to them."""

    name: Annotated[str, "The customer's name"]
    address: Annotated[AddressText, "The postal address on one line; `.lines` for its lines"]
    email: Annotated[str, "The e-mail address, empty when unknown"]
    phone: Annotated[str, "The phone number, empty when unknown"]
    is_professional: Annotated[bool, "A business: late penalties and the 40 EUR indemnity bind it"]
    is_consumer: Annotated[bool, "A private person: no fee of any kind may be asked"]


@dataclass(frozen=True)
class SellerVariables:
    """The organisation that sells."""

    name: Annotated[str, "The organisation's name"]
    address: Annotated[AddressText, "Its postal address on one line; `.lines` for its lines"]
    email: Annotated[str, "Its e-mail address, may be empty"]
    phone: Annotated[str, "Its phone number, may be empty"]
    iban: Annotated[str, "The account to pay to, in groups of four; may be empty"]
    bic: Annotated[str, "The bank's code, may be empty"]
    legal_notice: Annotated[str, "Legal form, capital, register and VAT number on one line (C. com. R123-237)"]


@dataclass(frozen=True)
class InvoiceVariables:
    """The invoice that is not paid."""

    number: Annotated[str, "The invoice's number"]
    issue_date: Annotated[DateText, "When it was issued; `.short`, `.plus(days)`"]
    due_date: Annotated[DateText, "When it was due"]
    total: Annotated[AmountText, "Its total with VAT"]
    balance: Annotated[AmountText, "What is still to be paid"]
    paid: Annotated[AmountText, "What has been paid or credited; false when nothing was"]
    order_reference: Annotated[str, "The customer's order number, may be empty"]


@dataclass(frozen=True)
class QuoteVariables:
    """The quote that was sent."""

    number: Annotated[str, "The quote's number"]
    subject: Annotated[str, "What it is about, may be empty"]
    sent_on: Annotated[DateText, "When it was sent"]
    valid_until: Annotated[DateText, "The last day on which it can be accepted"]
    total: Annotated[AmountText, "Its total with VAT"]
    total_without_vat: Annotated[AmountText, "Its total without VAT"]
    order_reference: Annotated[str, "The customer's reference, may be empty"]
    link: Annotated[str, "The page on which the customer reads, accepts or refuses it; may be empty"]


@dataclass(frozen=True)
class DunningVariables:
    """What templates about an unpaid invoice may name."""

    invoice: InvoiceVariables
    customer: CustomerVariables
    seller: SellerVariables
    today: Annotated[DateText, "The day of the message; {{ today.plus(8) }} is eight days later"]
    days_late: Annotated[int, "Calendar days since the due date; negative before it"]
    step: Annotated[str, "The key of the scenario's step"]
    language: Annotated[str, "fr or en"]


@dataclass(frozen=True)
class QuoteMessageVariables:
    """What templates about a quote may name."""

    quote: QuoteVariables
    customer: CustomerVariables
    seller: SellerVariables
    today: Annotated[DateText, "The day of the message; {{ today.plus(8) }} is eight days later"]
    language: Annotated[str, "fr or en"]


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
