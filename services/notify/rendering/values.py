"""What a template's variables are made of: values that print themselves as their reader writes them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import total_ordering

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency

from contracts.money import digits_shown
from contracts.parties import Address, Language

LOCALES = {Language.FRENCH: "fr_FR", Language.ENGLISH: "en_GB"}
CITY_BEFORE_CODE = frozenset(("AU", "CA", "GB", "IE", "IN", "NZ", "US"))


def locale_of(language: Language) -> Locale:
    return Locale.parse(LOCALES[language])


@total_ordering
@dataclass(frozen=True, eq=False)
class AmountText:
    """Prints « 1 234,50 € » or €1,234.50; compares with amounts of its currency and with numbers."""

    _amount: Decimal
    _currency: str
    _language: Language

    def __str__(self) -> str:
        is_whole = digits_shown(self._amount, self._currency) == 0
        return format_currency(self._amount, self._currency, locale=locale_of(self._language), currency_digits=is_whole)

    def __eq__(self, other: object) -> bool:
        return self._amount == _number(other, self._currency)

    def __lt__(self, other: object) -> bool:
        return self._amount < _number(other, self._currency)

    def __hash__(self) -> int:
        return hash((self._amount, self._currency))

    def __bool__(self) -> bool:
        return bool(self._amount)


@dataclass(frozen=True, eq=False)
class AmountsText:
    """The same figure in each currency; prints « 1 234,50 € + 300,00 $US », and is false when all are nothing."""

    _amounts: tuple[AmountText, ...]

    def __str__(self) -> str:
        shown = [amount for amount in self._amounts if amount] or self._amounts[:1]
        return " + ".join(map(str, shown)) or "0"

    def __bool__(self) -> bool:
        return any(self._amounts)


def _number(value: object, currency: str) -> Decimal:
    """TypeError for what is no amount of this currency."""
    if isinstance(value, AmountText) and value._currency == currency:
        return value._amount
    if isinstance(value, int | Decimal):
        return Decimal(value)
    raise TypeError(f"an amount in {currency} cannot be compared with {value!s}")


@dataclass(frozen=True)
class DateText:
    """Prints 1er février 2026 or 1 February 2026."""

    _date: date
    _language: Language

    def __str__(self) -> str:
        return self._written("d MMMM y")

    @property
    def short(self) -> str:
        """1er févr. 2026 or 1 Feb 2026."""
        return self._written("d MMM y")

    def plus(self, days: int) -> "DateText":
        """The date that many days later, as in {{ today.plus(8) }}."""
        return DateText(self._date + timedelta(days=days), self._language)

    def __lt__(self, other: "DateText") -> bool:
        return self._date < other._date

    def _written(self, pattern: str) -> str:
        text = format_date(self._date, pattern, locale=locale_of(self._language))
        is_first = self._date.day == 1 and self._language is Language.FRENCH
        return text.replace("1", "1er", 1) if is_first else text


@dataclass(frozen=True)
class AddressText:
    """Prints on one line; `lines` are the lines of an envelope, with the country only when it is another one."""

    lines: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return ", ".join(self.lines)


def address_text(address: Address, language: Language, *, home: str) -> AddressText:
    """The lines of `address` as its country writes them; `home` is the country it is posted from."""
    lines = [line for line in address.lines if line.strip()] + _town(address)
    if address.country != home:
        name = locale_of(language).territories.get(address.country, address.country)
        lines.append(name.upper())
    return AddressText(tuple(lines))


def _town(address: Address) -> list[str]:
    if address.country == "GB":
        return [part for part in (address.city, address.postal_code) if part]
    parts = [address.postal_code, address.city]
    if address.country in CITY_BEFORE_CODE:
        parts.reverse()
    return [" ".join(part for part in parts if part)]
