"""The variables of templates: one class for each group, from the contexts of `contracts.actions`.

The fields below are what a template may name, what the editor's help lists, and what the check at saving
knows; there is no other list.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from contracts.actions import Context, CustomerContext, DunningContext, QuoteContext
from contracts.overdue_list import OverdueListContext
from contracts.parties import Language
from services.notify.rendering.meaning import Meaning
from services.notify.rendering.overdue import OverdueListVariables, about_overdue
from services.notify.rendering.parties import (
    CustomerVariables,
    SellerVariables,
    customer_variables,
    seller_variables,
)
from services.notify.rendering.values import AmountText, DateText


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


CustomerMessageVariables = DunningVariables | QuoteMessageVariables
Variables = CustomerMessageVariables | OverdueListVariables


def variables_of(context: Context, language: Language) -> Variables:
    if isinstance(context, OverdueListContext):
        return about_overdue(context, language)
    return variables_for_customer(context, language)


def variables_for_customer(context: CustomerContext, language: Language) -> CustomerMessageVariables:
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
        customer=customer_variables(receivable.contact, language, home=receivable.seller.address.country),
        seller=seller_variables(receivable.seller, language),
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
        customer=customer_variables(context.contact, language, home=context.seller.address.country),
        seller=seller_variables(context.seller, language),
        today=DateText(context.today, language),
        language=language.value,
    )
