"""The variables of the overdue list, which goes to a colleague."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from contracts.overdue_list import OverdueListContext
from contracts.parties import Language
from services.notify.rendering.meaning import Meaning
from services.notify.rendering.parties import SellerVariables, seller_variables
from services.notify.rendering.tables import TableText
from services.notify.rendering.values import AmountsText, AmountText, DateText

PAYERS = {Language.FRENCH: ("Client", "En retard"), Language.ENGLISH: ("Customer", "Overdue")}
INVOICES = {
    Language.FRENCH: ("Facture", "Client", "Retard (j)", "Reste dû"),
    Language.ENGLISH: ("Invoice", "Customer", "Days late", "Balance"),
}
Figure = Literal["total", "days_1_to_30", "days_31_to_60", "days_61_to_90", "days_over_90", "newly"]


@dataclass(frozen=True)
class OverdueVariables:
    """What is overdue; an amount stands in each currency."""

    total: Annotated[
        AmountsText,
        Meaning("All that is overdue; false when nothing is", "Tout ce qui est en retard ; faux si rien ne l’est"),
    ]
    days_1_to_30: Annotated[AmountsText, Meaning("Late for 1 to 30 days", "En retard de 1 à 30 jours")]
    days_31_to_60: Annotated[AmountsText, Meaning("Late for 31 to 60 days", "En retard de 31 à 60 jours")]
    days_61_to_90: Annotated[AmountsText, Meaning("Late for 61 to 90 days", "En retard de 61 à 90 jours")]
    days_over_90: Annotated[AmountsText, Meaning("Late for more than 90 days", "En retard de plus de 90 jours")]
    currency_count: Annotated[
        int, Meaning("In how many currencies something is overdue", "Le nombre de devises en retard")
    ]
    invoice_count: Annotated[int, Meaning("How many invoices are overdue", "Le nombre de factures en retard")]
    customer_count: Annotated[
        int,
        Meaning(
            "How many customers are late; 0 when they are more than 10,000",
            "Le nombre de clients en retard ; 0 s’ils sont plus de 10 000",
        ),
    ]
    newly: Annotated[
        AmountsText,
        Meaning("Of the total, what became late within seven days", "Du total, ce qui est en retard depuis sept jours"),
    ]
    newly_count: Annotated[
        int,
        Meaning("How many invoices became late within seven days", "Le nombre de factures en retard depuis sept jours"),
    ]
    late_payers: Annotated[
        TableText, Meaning("Who owes most too late, as a table", "Les plus gros retards, en tableau")
    ]
    invoices: Annotated[
        TableText,
        Meaning(
            "The invoices that are late for longest, 50 at most, as a table",
            "Les factures les plus en retard, 50 au plus, en tableau",
        ),
    ]
    shown_count: Annotated[int, Meaning("How many of them the table shows", "Le nombre de factures du tableau")]
    has_file: Annotated[
        bool,
        Meaning("All of them are in the file with this message", "Toutes sont dans le fichier joint à ce message"),
    ]


@dataclass(frozen=True)
class ReaderVariables:
    """The colleague."""

    name: Annotated[str, Meaning("The name of who gets the list", "Le nom de qui reçoit la liste")]


@dataclass(frozen=True)
class OverdueListVariables:
    """What templates of the overdue list may name."""

    overdue: OverdueVariables
    reader: ReaderVariables
    seller: SellerVariables
    today: Annotated[DateText, Meaning("The day of the list", "Le jour de la liste")]
    ends_on: Annotated[
        DateText,
        Meaning("Until when it comes unless its reader renews it", "Jusqu’à quand elle vient, sauf reconduction"),
    ]
    link: Annotated[
        str,
        Meaning(
            "The receivables in Relance, where the list is renewed and stopped; may be empty",
            "Les créances dans Relance, où la liste se reconduit et s’arrête ; parfois vide",
        ),
    ]
    language: Annotated[str, Meaning("fr or en", "fr ou en")]


def about_overdue(context: OverdueListContext, language: Language) -> OverdueListVariables:
    return OverdueListVariables(
        overdue=_overdue(context, language),
        reader=ReaderVariables(context.reader),
        seller=seller_variables(context.seller, language),
        today=DateText(context.today, language),
        ends_on=DateText(context.until, language),
        link=context.link or "",
        language=language.value,
    )


def _overdue(context: OverdueListContext, language: Language) -> OverdueVariables:
    def amounts(figure: Figure) -> AmountsText:
        return AmountsText(
            tuple(AmountText(getattr(each, figure), each.currency, language) for each in context.amounts)
        )

    return OverdueVariables(
        total=amounts("total"),
        days_1_to_30=amounts("days_1_to_30"),
        days_31_to_60=amounts("days_31_to_60"),
        days_61_to_90=amounts("days_61_to_90"),
        days_over_90=amounts("days_over_90"),
        currency_count=sum(1 for each in context.amounts if each.total),
        invoice_count=sum(each.invoices for each in context.amounts),
        customer_count=context.customers or 0,
        newly=amounts("newly"),
        newly_count=sum(each.newly_invoices for each in context.amounts),
        late_payers=_late_payers(context, language),
        invoices=_invoices(context, language),
        shown_count=len(context.invoices),
        has_file=context.has_file,
    )


def _late_payers(context: OverdueListContext, language: Language) -> TableText:
    rows = tuple((each.name, _money(each.overdue, each.currency, language)) for each in context.late_payers)
    return TableText(PAYERS[language], rows, frozenset((1,)))


def _invoices(context: OverdueListContext, language: Language) -> TableText:
    """As many columns as fit on a phone; the file has all of them."""
    rows = tuple(
        (each.number, each.customer_name, str(each.days_late), _money(each.balance, each.currency, language))
        for each in context.invoices
    )
    return TableText(INVOICES[language], rows, frozenset((2, 3)))


def _money(amount: Decimal, currency: str, language: Language) -> str:
    return str(AmountText(amount, currency, language))
