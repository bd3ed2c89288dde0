"""The PDF of an issued document: what the law asks for, in the customer's language, the same bytes for ever."""

import asyncio
import io
import re
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import segno
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from chassis.printing import Printer
from chassis.printing_child import printed
from contracts.lines import Line, amounts_of
from services.billing.documents.page import html_of
from services.billing.documents.page import pdf_of as pdf_by
from services.billing.documents.sheet import Sheet
from services.billing.documents.transfer_code import transfer_code
from services.billing.invoices.mentions import legal_mentions
from services.billing.invoices.models import Buyer
from tests.services.billing.office import CUSTOMER, SELLER, Office, Refused, a_line, an_office
from tests.support.tokens import Keys

FACTS: dict[str, Any] = {
    "kind": "invoice",
    "number": "F-2026-00042",
    "issue_date": "2026-01-15",
    "due_date": "2026-02-14",
    "supply_date": None,
    "seller": SELLER,
    "subject": "",
    "order_reference": None,
    "quote_number": None,
    "credited_number": None,
    "credited_issue_date": None,
    "currency": "EUR",
    "note": "",
}


def a_sheet(*lines: dict[str, str], buyer: dict[str, Any] | None = None, **changes: Any) -> Sheet:
    whom = Buyer.model_validate(CUSTOMER | (buyer or {}))
    amounts = amounts_of([Line.model_validate(line) for line in lines or [a_line("2", "617.283")]])
    return Sheet.model_validate(FACTS | dict(amounts) | {"buyer": whom, "mentions": legal_mentions(whom)} | changes)


def pdf_of(sheet: Sheet) -> bytes:
    return printed(html_of(sheet), sheet.number)


def text_of(pdf: bytes) -> str:
    """What the pages say, each run of white space as one space."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def test_an_invoice_between_professionals_says_all_that_the_law_asks() -> None:
    lines = (a_line("2", "617.283"), a_line("3", "10", vat_rate="5.5", discount_percent="10", description="Livre"))

    said = text_of(pdf_of(a_sheet(*lines, order_reference="BC-7781", supply_date="2026-01-10")))

    for wanted in (
        "Facture", "F-2026-00042", "15 janvier 2026", "14 février 2026", "10 janvier 2026", "BC-7781",
        "Atelier Martin", "12 rue des Forges", "21000 Dijon", "SARL au capital de 10 000 €", "RCS Dijon 404 833 048",
        "FR83404833048",
        "Garage Lefèvre", "71100 Chalon-sur-Saône", "732 829 320", "FR44732829320",
        "Entretien annuel", "617,283", "10 %", "1 234,57", "27,00", "246,91", "5,5 %", "1,49",
        "1 261,57 €", "248,40 €", "1 509,97 €",
        "IBAN FR76 3000 6000 0112 3456 7890 189",
        "Pas d’escompte", "majoré de 10 points", "40 €", "L441-10",
    ):  # fmt: skip
        assert wanted in said, wanted


@pytest.mark.parametrize("kind", ["consumer", "non_professional"])
def test_others_than_professionals_are_asked_for_no_penalty_and_no_indemnity(kind: str) -> None:
    said = text_of(pdf_of(a_sheet(buyer={"kind": kind, "siren": None, "vat_number": None})))

    assert "40 €" not in said
    assert "pénalités" not in said
    assert "Votre SIREN" not in said


def test_an_invoice_prints_the_total_of_its_quote_in_a_currency_without_cents() -> None:
    lines = [Line.model_validate(a_line("1", price, vat_rate="11")) for price in ("333.2", "451.4")]

    whole = text_of(pdf_of(a_sheet(currency="XPF", **dict(amounts_of(lines, digits=0)))))
    of_before = text_of(pdf_of(a_sheet(currency="XPF", **dict(amounts_of(lines)))))

    assert "784 FCFP" in whole
    assert "870 FCFP" in whole
    assert "870,91 FCFP" in of_before


def test_the_page_speaks_the_customer_s_language() -> None:
    abroad = {"lines": ["Hauptstraße 1"], "postal_code": "10115", "city": "Berlin", "country": "DE"}

    said = text_of(pdf_of(a_sheet(buyer={"language": "en", "address": abroad}, currency="USD")))

    for wanted in ("Invoice", "15 January 2026", "US$1,481.48", "20%", "GERMANY", "Late payment", "€40"):
        assert wanted in said, wanted
    assert "Facture" not in said


def test_a_credit_note_names_its_invoice_and_asks_for_nothing() -> None:
    credited: dict[str, Any] = {"credited_number": "F-2026-00042", "credited_issue_date": "2026-01-15"}

    said = text_of(pdf_of(a_sheet(kind="credit_note", number="A-2026-00001", due_date=None, mentions=[], **credited)))

    assert "Avoir" in said
    assert "Sur la facture F-2026-00042 du 15 janvier 2026" in said
    assert "À régler" not in said
    assert "IBAN" not in said


def test_what_people_wrote_is_printed_and_never_read_as_markup() -> None:
    said = text_of(pdf_of(a_sheet(note="<img src='file:///etc/passwd'> & {{ seller }}", subject="<b>Pose</b>")))

    assert "<img src='file:///etc/passwd'> & {{ seller }}" in said
    assert "<b>Pose</b>" in said


def test_a_long_invoice_repeats_its_head_and_counts_its_pages() -> None:
    pages = PdfReader(io.BytesIO(pdf_of(a_sheet(*[a_line(description=f"Poste {n}") for n in range(80)])))).pages

    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert f"{number} / {len(pages)}" in page.extract_text()
        assert "Atelier Martin" in page.extract_text()


def test_the_same_sheet_gives_the_same_bytes() -> None:
    assert pdf_of(a_sheet()) == pdf_of(a_sheet())


async def test_a_document_is_printed_although_its_process_is_killed_at_work() -> None:
    printer = Printer()
    await printer.processes.warm()
    sheet = a_sheet(*[a_line(description=f"Poste {n}") for n in range(100)])
    printing = asyncio.create_task(pdf_by(sheet, printer))
    await asyncio.sleep(0.3)
    for process in list(printer.processes.living):
        process.kill()

    assert await printing == pdf_of(sheet)
    await printer.close()


def test_the_code_carries_the_transfer_as_banks_read_it() -> None:
    head = ["BCD", "002", "1", "SCT", "AGRIFRPP", "Atelier Martin", "FR7630006000011234567890189"]
    transfer = ["EUR1481.48", "", "", "F-2026-00042"]
    expected = segno.make_qr("\n".join(head + transfer), error="m", boost_error=False, encoding="utf-8")

    drawn = transfer_code(a_sheet())

    assert drawn == expected.svg_inline(border=0, omitsize=True, dark="#1c2733")


@pytest.mark.parametrize(
    "changes",
    [
        {"currency": "CHF"},
        {"seller": SELLER | {"iban": ""}},
        {"total": Decimal("1000000000.00")},
        {"kind": "credit_note", "due_date": None},
    ],
)
def test_there_is_no_code_where_no_transfer_in_euros_can_be_asked_for(changes: dict[str, Any]) -> None:
    assert transfer_code(a_sheet(**changes)) is None


async def test_the_document_is_rendered_once_and_stays_the_same(office: Office, customer: UUID) -> None:
    path = f"/invoices/{(await office.issue(customer))['id']}/pdf"

    answers = await asyncio.gather(*(office.ask("GET", path) for _ in range(4)))
    await office.do("PUT", f"/customers/{customer}", CUSTOMER | {"name": "Autre nom"})
    office.days_pass(400)
    again = await office.ask("GET", path)

    assert {answer.content for answer in answers} == {again.content}
    assert again.headers["content-type"] == "application/pdf"
    assert again.headers["content-disposition"] == 'inline; filename="F-2026-00001.pdf"'
    assert "Garage Lefèvre" in text_of(again.content)


async def test_a_restarted_service_gives_the_bytes_that_were_given_before(
    office: Office, customer: UUID, keys: Keys
) -> None:
    path = f"/invoices/{(await office.issue(customer))['id']}/pdf"
    before = await office.ask("GET", path)

    async with an_office(office.app.state.settings.dsn, keys) as restarted:
        after = await restarted.ask("GET", path)

    assert after.content == before.content
    assert after.headers["etag"] == before.headers["etag"]


async def test_the_database_refuses_to_change_a_document(office: Office, customer: UUID) -> None:
    await office.ask("GET", f"/invoices/{(await office.issue(customer))['id']}/pdf")

    for statement in ("update invoice_documents set rendered_at = now()", "delete from invoice_documents"):
        with pytest.raises(IntegrityError, match="issued documents stay as they are"):
            async with office.sessions() as session, session.begin():
                await (await session.connection()).execute(text(statement))


async def test_a_draft_has_no_document(office: Office, customer: UUID) -> None:
    draft = await office.draft(customer)

    with pytest.raises(Refused, match="expected an issued one") as refusal:
        await office.do("GET", f"/invoices/{draft['id']}/pdf")

    assert refusal.value.status == 409
