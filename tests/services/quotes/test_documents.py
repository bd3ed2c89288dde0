"""The document of a quote: what it prints, in which language, and the processes that make it."""

import asyncio
import io
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from pypdf import PdfReader

from chassis import printing_child
from chassis.printing import Printer
from contracts.currencies import digits_of
from contracts.lines import Line, amounts_of
from contracts.parties import Address, Contact, CustomerKind, Language, Seller
from services.quotes.documents.document import Document
from services.quotes.documents.making import DocumentNotMade, print_document
from services.quotes.documents.page import page_of
from tests.services.quotes.shop import SELLER


def a_document(
    *descriptions: str, language: Language = Language.FRENCH, country: str = "FR", discount: str = "0"
) -> Document:
    lines = [
        Line(
            description=description,
            quantity=Decimal("12.5"),
            unit="HUR",
            unit_price=Decimal("98.123456"),
            discount_percent=Decimal(discount),
            vat_rate=Decimal("5.5"),
        )
        for description in descriptions or ("Main-d’œuvre",)
    ]
    amounts = amounts_of(lines)
    contact = Contact(
        customer_id=uuid4(),
        name="Garage Lefèvre & Fils",
        kind=CustomerKind.PROFESSIONAL,
        language=language,
        address=Address(lines=["12, rue des Ateliers"], postal_code="69003", city="Lyon", country=country),
    )
    return Document(
        number="D-2026-00012",
        sent_on=date(2026, 1, 1),
        valid_until=date(2026, 2, 4),
        seller=Seller.model_validate(SELLER),
        contact=contact,
        subject="Entretien annuel",
        order_reference="Chantier Nord",
        note="Devis gratuit.",
        currency="EUR",
        **{name: getattr(amounts, name) for name in type(amounts).model_fields},
    )


def in_francs(digits: int) -> Document:
    """Of New Caledonia, which have no cents; prices that come to some."""
    prices = (Decimal("333.2"), Decimal("451.4"))
    lines = [Line(description="Pose", quantity=Decimal(1), unit_price=price, vat_rate=Decimal(11)) for price in prices]
    amounts = amounts_of(lines, digits=digits)
    values = {name: getattr(amounts, name) for name in type(amounts).model_fields}
    return a_document().model_copy(update=values | {"currency": "XPF"})


def render(document: Document) -> bytes:
    return printing_child.printed(page_of(document))


def text_of(pdf: bytes) -> str:
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")


def test_a_french_customer_reads_french() -> None:
    text = text_of(render(a_document()))

    for printed in (
        "Devis D-2026-00012",
        "1er janvier 2026",
        "4 février 2026",
        "Garage Lefèvre & Fils",
        "12,5 h",
        "98,123456",
        "5,5 %",
        "1 226,54 €",
        "1 294,00 €",
        "Bon pour accord",
        "RCS Nantes 732829320",
        "TVA FR44732829320",
        "Devis gratuit.",
    ):
        assert printed in text


def test_an_english_customer_abroad_reads_english_and_sees_the_country() -> None:
    text = text_of(render(a_document(language=Language.ENGLISH, country="DE", discount="10")))

    for printed in ("Quote D-2026-00012", "1 January 2026", "GERMANY", "12.5 h", "10 %", "€1,103.89", "Page 1 / 1"):
        assert printed in text


def test_what_is_printed_of_a_currency_without_cents_adds_up() -> None:
    text = text_of(render(in_francs(digits_of("XPF"))))

    for printed in ("333 FCFP", "451 FCFP", "784 FCFP", "86 FCFP", "870 FCFP"):
        assert printed in text


def test_cents_that_a_quote_of_before_has_are_printed() -> None:
    text = text_of(render(in_francs(2)))

    for printed in ("333,20 FCFP", "451,40 FCFP", "784,60 FCFP", "86,31 FCFP", "870,91 FCFP"):
        assert printed in text


def test_what_people_write_is_text_and_no_markup() -> None:
    page = page_of(a_document('<img src="file:///etc/passwd">'))

    assert "<img" not in page
    assert "&lt;img" in page


def test_a_long_quote_repeats_its_head_on_each_page() -> None:
    reader = PdfReader(io.BytesIO(render(a_document(*[f"Ligne {n}" for n in range(80)]))))

    assert len(reader.pages) > 2
    assert all("Désignation" in page.extract_text() for page in reader.pages)


async def test_a_process_that_dies_is_told_and_replaced() -> None:
    printer = Printer()
    await printer.processes.warm()
    making = asyncio.create_task(print_document(printer, a_document(*[f"Ligne {n}" for n in range(200)])))
    await asyncio.sleep(0.3)
    for process in list(printer.processes.living):
        process.kill()

    with pytest.raises(DocumentNotMade):
        await making

    assert (await print_document(printer, a_document())).startswith(b"%PDF-")
    await printer.close()
