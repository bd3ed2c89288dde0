"""The page of a document: HTML made from a sheet, and its PDF."""

import asyncio
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from chassis.printing import Printer
from chassis.processes import ProcessDied
from contracts.parties import Language, Seller
from services.billing.documents.formats import Formats, grouped
from services.billing.documents.sheet import Sheet
from services.billing.documents.transfer_code import transfer_code
from services.billing.documents.words import WORDS, Words

HERE = Path(__file__).parent


async def pdf_of(sheet: Sheet, printer: Printer) -> bytes:
    """The same bytes for the same sheet and version of the renderer.

    Printed once more when the process dies, which others may have killed; a second death is the caller's to tell.
    """
    html = await asyncio.to_thread(html_of, sheet)
    try:
        return await printer.pdf(html, identifier=sheet.number)
    except ProcessDied:
        return await printer.pdf(html, identifier=sheet.number)


def html_of(sheet: Sheet) -> str:
    words = WORDS[sheet.language]
    formats = Formats(words, sheet.currency)
    code = transfer_code(sheet)
    return _template(sheet.language, sheet.currency).render(
        sheet=sheet,
        words=words,
        facts=facts_of(sheet, words, formats),
        identity=identity_of(sheet.seller, words),
        code=Markup(code) if code else None,  # noqa: S704 (drawn here from the IBAN and the amount)
        style=Markup((HERE / "page.css").read_text()),  # noqa: S704 (our own file)
        has_discounts=any(line.discount_percent for line in sheet.lines),
    )


@lru_cache(maxsize=32)
def _template(language: Language, currency: str) -> Template:
    formats = Formats(WORDS[language], currency)
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    filters = ("money", "amount", "price", "quantity", "percent", "day", "unit", "postal_lines")
    environment.filters |= {name: getattr(formats, name) for name in filters}
    environment.filters["grouped"] = grouped
    return environment.get_template("page.html.jinja")


def facts_of(sheet: Sheet, words: Words, formats: Formats) -> list[tuple[str, str]]:
    """The table at the head of the page: what is not known is left out."""
    facts = [
        (words.number, sheet.number),
        (words.issued_on, formats.day(sheet.issue_date)),
        (words.supplied_on, sheet.supply_date and formats.day(sheet.supply_date)),
        (words.due_on, sheet.due_date and formats.day(sheet.due_date)),
        (words.order_reference, sheet.order_reference),
        (words.quote, sheet.quote_number),
        (words.siren, sheet.buyer.siren and grouped(sheet.buyer.siren, size=3)),
        (words.customer_vat_number, sheet.buyer.vat_number),
    ]
    return [(label, value) for label, value in facts if value]


def identity_of(seller: Seller, words: Words) -> list[str]:
    """The legal identity at the foot of each page (C. com. R123-237)."""
    capital = seller.capital and words.capital.format(capital=seller.capital)
    register = f"RCS {seller.rcs_city}" if seller.rcs_city else "SIREN"
    parts = [
        " ".join(part for part in (seller.legal_form, capital) if part),
        seller.siren and f"{register} {grouped(seller.siren, size=3)}",
        seller.siret and f"SIRET {grouped(seller.siret[:9], size=3)}\u00a0{seller.siret[9:]}",
        seller.vat_number and f"{words.vat_number} {seller.vat_number}",
    ]
    return [part.replace(" ", "\u00a0") for part in parts if part]
