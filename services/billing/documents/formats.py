"""Numbers, dates and identifiers as a reader of the language writes them."""

from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from chassis.units import printed
from contracts.money import digits_shown
from contracts.parties import Address, Language
from services.billing.documents.words import Words


class Formats:
    """The filters of the page, for one language and currency."""

    def __init__(self, words: Words, currency: str) -> None:
        self.words, self.currency = words, currency

    def money(self, amount: Decimal) -> str:
        """With its currency. As many decimals as were rounded to are shown, whatever a country's habits."""
        number = self._number_format(amount)
        pattern = f"{number}\u00a0¤" if self.words.locale.startswith("fr") else f"¤{number}"
        return format_currency(amount, self.currency, locale=self.words.locale, currency_digits=False, format=pattern)

    def amount(self, amount: Decimal) -> str:
        return format_decimal(amount, self._number_format(amount), locale=self.words.locale)

    def _number_format(self, amount: Decimal) -> str:
        return "#,##0.00" if digits_shown(amount, self.currency) else "#,##0"

    def price(self, amount: Decimal) -> str:
        return format_decimal(amount, "#,##0.00####", locale=self.words.locale)

    def quantity(self, amount: Decimal) -> str:
        return format_decimal(amount, "#,##0.####", locale=self.words.locale)

    def percent(self, rate: Decimal) -> str:
        space = "\u202f" if self.words.locale.startswith("fr") else ""
        return format_decimal(rate, "0.##", locale=self.words.locale) + space + "%"

    def day(self, value: date) -> str:
        return format_date(value, "long", locale=self.words.locale)

    def unit(self, code: str) -> str:
        return printed(code, Language(self.words.locale[:2]))

    def postal_lines(self, address: Address) -> list[str]:
        """As on an envelope; the country in capitals, only where it is not France."""
        town = " ".join(part for part in (address.postal_code, address.city) if part)
        country = Locale.parse(self.words.locale).territories.get(address.country, address.country).upper()
        return [*address.lines, town] + ([] if address.country == "FR" else [country])


def grouped(value: str, *, size: int) -> str:
    """`FR76 3000 ...`: groups that do not break at the end of a line."""
    return "\u00a0".join(value[start : start + size] for start in range(0, len(value), size))
