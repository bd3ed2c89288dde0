"""The page of a quote: plain HTML by Jinja, which the printer makes into a PDF."""

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from chassis.units import printed
from contracts.money import digits_shown
from contracts.parties import Address, Language, Seller
from services.quotes.documents.document import Document
from services.quotes.documents.words import WORDS

LOCALES = {Language.FRENCH: "fr_FR", Language.ENGLISH: "en_GB"}


def page_of(document: Document) -> str:
    """The HTML that the PDF is made of, in the customer's language."""
    language = document.contact.language
    home = document.seller.address.country
    return _template().render(
        document=document,
        words=WORDS[language],
        language=language.value,
        print=Printing(language, document.currency, home),
        legal=legal_facts(document.seller, WORDS[language].vat_number),
        has_discounts=any(line.discount_percent for line in document.lines),
    )


def legal_facts(seller: Seller, vat_number: str) -> list[str]:
    """What a registered trader states on its quotes (C. com. R123-237), in the seller's language."""
    form = f"{seller.legal_form} au capital de {seller.capital}" if seller.capital else seller.legal_form
    register = f"RCS {seller.rcs_city} {seller.siren}" if seller.rcs_city and seller.siren else ""
    return [
        fact
        for fact in (
            seller.name,
            form,
            register,
            f"SIRET {seller.siret}" if seller.siret else "",
            f"SIREN {seller.siren}" if seller.siren and not (register or seller.siret) else "",
            f"{vat_number} {seller.vat_number}" if seller.vat_number else "",
        )
        if fact
    ]


class Printing:
    """How values are written for the customer."""

    def __init__(self, language: Language, currency: str, home: str) -> None:
        self.language, self.currency, self.home = language, currency, home
        self.locale = Locale.parse(LOCALES[language])

    def money(self, value: Decimal) -> str:
        is_whole = digits_shown(value, self.currency) == 0
        return format_currency(value, self.currency, locale=self.locale, currency_digits=is_whole)

    def price(self, value: Decimal) -> str:
        """Unit prices may have up to six decimals."""
        return format_decimal(value, "#,##0.00####", locale=self.locale)

    def number(self, value: Decimal) -> str:
        return format_decimal(value, "#,##0.####", locale=self.locale)

    def percent(self, value: Decimal) -> str:
        return f"{self.number(value)} %"

    def quantity(self, value: Decimal, unit: str) -> str:
        return f"{self.number(value)} {printed(unit, self.language)}".strip()

    def date(self, value: date) -> str:
        text = format_date(value, "long", locale=self.locale)
        is_first = value.day == 1 and self.language is Language.FRENCH
        return text.replace("1 ", "1er ", 1) if is_first else text

    def address(self, address: Address) -> list[str]:
        """The country only when it is not the seller's."""
        lines = [*address.lines, f"{address.postal_code} {address.city}".strip()]
        if address.country != self.home:
            lines.append(self.locale.territories.get(address.country, address.country).upper())
        return lines


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("document.html.jinja")
