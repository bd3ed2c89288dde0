"""Contexts that stand for all: a template that renders each of them renders what billing and quotes send."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from contracts.actions import Context, DunningContext, QuoteContext
from contracts.overdue_list import LatePayer, OverdueAmounts, OverdueInvoice, OverdueListContext
from contracts.parties import Address, Contact, CustomerKind, Language, Seller
from contracts.quote import Quote
from contracts.receivable import ReceivableCustomer, ReceivableStatus, ReceivableView
from services.notify.rendering.catalogue import About


class Sample(StrEnum):
    """Who the sample customer is; `bare` has nothing that may be absent, and has paid a part.

    Of the overdue list `bare` is the one of a day on which nothing is overdue.
    """

    PROFESSIONAL = "professional"
    CONSUMER = "consumer"
    NON_PROFESSIONAL = "non_professional"
    BARE = "bare"


INVOICE = UUID("0197f3c2-0000-7000-8000-000000000042")
CUSTOMER = UUID("0197f3c2-0000-7000-8000-000000000007")


def sample_context(about: About, sample: Sample, language: Language, *, seller: Seller | None = None) -> Context:
    """`seller`: who sells, in the place of the sample's own."""
    seller = seller or _seller(sample)
    if about == "overdue_list":
        return _overdue_list(sample, language, seller)
    return _invoice(sample, language, seller) if about == "receivable" else _quote(sample, language, seller)


def _invoice(sample: Sample, language: Language, seller: Seller) -> DunningContext:
    contact = _contact(sample, language)
    view = ReceivableView(
        invoice_id=INVOICE,
        number="F-2026-00042",
        organisation="demo",
        customer=ReceivableCustomer(
            customer_id=CUSTOMER, kind=contact.kind, language=language, country=contact.address.country
        ),
        issue_date=date(2026, 1, 1),
        due_date=date(2026, 1, 31),
        total=Decimal("1234.50"),
        balance=Decimal("834.50") if sample is Sample.BARE else Decimal("1234.50"),
        currency="EUR",
        status=ReceivableStatus.OPEN,
        version=1,
        as_of=datetime(2026, 2, 9, 8, tzinfo=UTC),
        contact=contact,
        seller=seller,
        order_reference=None if sample is Sample.BARE else "BC-2025-117",
    )
    return DunningContext(receivable=view, step="first-reminder", today=date(2026, 2, 9), days_late=9)


def _quote(sample: Sample, language: Language, seller: Seller) -> QuoteContext:
    quote = Quote(
        quote_id=INVOICE,
        number="D-2026-00012",
        organisation="demo",
        customer_id=CUSTOMER,
        sent_on=date(2026, 2, 2),
        valid_until=date(2026, 3, 4),
        total=Decimal("2400.00"),
        total_without_vat=Decimal("2000.00"),
        currency="EUR",
        subject="" if sample is Sample.BARE else "Réfection de la toiture",
        order_reference=None if sample is Sample.BARE else "Chantier Nord",
    )
    return QuoteContext(
        quote=quote,
        contact=_contact(sample, language),
        seller=seller,
        today=date(2026, 2, 9),
        link=None if sample is Sample.BARE else "https://relance.example/q/uJ4xkmA0example",
    )


def _overdue_list(sample: Sample, language: Language, seller: Seller) -> OverdueListContext:
    is_bare = sample is Sample.BARE
    return OverdueListContext(
        reader="" if is_bare else "Anne Brun",
        language=language,
        seller=seller,
        today=date(2026, 2, 9),
        until=date(2026, 8, 10),
        amounts=[] if is_bare else [_amounts()],
        customers=0 if is_bare else 2,
        late_payers=[] if is_bare else [_payer("Kowalski GmbH", "7000.00"), _payer("Garage Lefèvre & Fils", "1234.50")],
        invoices=[]
        if is_bare
        else [
            _late("F-2025-00117", "Kowalski GmbH", date(2025, 10, 15), "4500.00"),
            _late("F-2025-00198", "Kowalski GmbH", date(2025, 12, 20), "2500.00"),
            _late("F-2026-00042", "Garage Lefèvre & Fils", date(2026, 2, 5), "1234.50"),
        ],
        has_file=not is_bare,
        link=None if is_bare else "https://relance.example/receivables",
    )


def _amounts() -> OverdueAmounts:
    return OverdueAmounts(
        currency="EUR",
        total=Decimal("8234.50"),
        days_1_to_30=Decimal("1234.50"),
        days_31_to_60=Decimal("2500.00"),
        days_61_to_90=Decimal("0.00"),
        days_over_90=Decimal("4500.00"),
        invoices=3,
        newly=Decimal("1234.50"),
        newly_invoices=1,
    )


def _payer(name: str, overdue: str) -> LatePayer:
    return LatePayer(name=name, currency="EUR", overdue=Decimal(overdue))


def _late(number: str, customer: str, due: date, balance: str) -> OverdueInvoice:
    days = (date(2026, 2, 9) - due).days
    return OverdueInvoice(
        number=number, customer_name=customer, due_date=due, days_late=days, currency="EUR", balance=Decimal(balance)
    )


def _contact(sample: Sample, language: Language) -> Contact:
    names = {
        Sample.PROFESSIONAL: "Garage Lefèvre & Fils",
        Sample.CONSUMER: "Anne Lefèvre",
        Sample.NON_PROFESSIONAL: "Association des Amis du Moulin",
        Sample.BARE: "Kowalski GmbH",
    }
    is_bare = sample is Sample.BARE
    return Contact(
        customer_id=CUSTOMER,
        name=names[sample],
        kind=CustomerKind.PROFESSIONAL if is_bare else CustomerKind(sample.value),
        language=language,
        address=Address(lines=["12, rue des Ateliers"], postal_code="69003", city="Lyon")
        if not is_bare
        else Address(lines=["Lindenstraße 4"], city="Köln", country="DE"),
        email=None if is_bare else "compta@lefevre.example",
        phone=None if is_bare else "+33 4 72 00 00 00",
    )


def _seller(sample: Sample) -> Seller:
    address = Address(lines=["8, quai du Port"], postal_code="44000", city="Nantes")
    if sample is Sample.BARE:
        return Seller(name="Atelier Brun", address=address)
    return Seller(
        name="Atelier Brun",
        address=address,
        legal_form="SARL",
        capital="10 000 €",
        siren="732829320",
        siret="73282932000074",
        rcs_city="Nantes",
        vat_number="FR44732829320",
        email="facturation@atelier-brun.example",
        phone="+33 2 40 00 00 00",
        iban="FR1420041010050500013M02606",
        bic="PSSTFRPPXXX",
    )
