"""Money, dates and numbers as the reader writes them, in the time zone of the business."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import (
    format_date,
    format_skeleton,
    format_time,
    format_timedelta,
    get_datetime_format,
    get_day_names,
)
from babel.lists import format_list
from babel.numbers import (
    format_currency,
    format_decimal,
    get_decimal_symbol,
    get_group_symbol,
)

from chassis.dates import ZONE
from chassis.units import printed
from contracts.base import CENT, LARGEST
from contracts.money import digits_shown
from contracts.parties import Language

MINUS = ("-", "\u2212")
LOCALES = {Language.FRENCH: Locale("fr", "FR"), Language.ENGLISH: Locale("en", "GB")}


@dataclass(frozen=True)
class Formats:
    locale: Locale
    zone: ZoneInfo = ZONE

    def money(self, amount: Decimal, currency: str) -> str:
        return _way_of(self.locale, currency).write(amount)

    def amount(self, amount: Decimal) -> str:
        """Without its currency, as one types it."""
        return format_decimal(amount, "0.00", locale=self.locale)

    def exact(self, value: Decimal) -> str:
        """As one types it, with all its decimals and no more."""
        return format_decimal(value, "0.######", locale=self.locale)

    def number(self, value: int | Decimal) -> str:
        return format_decimal(value, locale=self.locale)

    def price(self, value: Decimal) -> str:
        """Of a unit, without its currency: it may have up to six decimals, and has two at least."""
        return format_decimal(value, "#,##0.00####", locale=self.locale)

    def quantity(self, value: Decimal, unit: str) -> str:
        """2,5 h, 3 kg: as the document prints it."""
        return f"{format_decimal(value, '#,##0.####', locale=self.locale)} {self.unit(unit)}".strip()

    def unit(self, code: str) -> str:
        return printed(code, Language(self.locale.language))

    def day(self, value: date | datetime) -> str:
        """12 janv. 2026, 12 Jan 2026."""
        return _day_of(self.locale, self._local(value))

    def long_date(self, value: date | datetime) -> str:
        """lundi 12 janvier 2026, Monday, 12 January 2026."""
        return format_date(self._local(value), "full", locale=self.locale)

    def short_date(self, value: date | datetime) -> str:
        """12 janv., 12 Jan: where the year is plain to see."""
        return format_skeleton("MMMd", self._local(value), locale=self.locale)

    def moment(self, value: datetime) -> str:
        time_of_day = format_time(value, "medium", tzinfo=self.zone, locale=self.locale)
        return _joined(self.locale).format(time_of_day, self.day(value))

    def time(self, value: datetime) -> str:
        return format_time(value, "short", tzinfo=self.zone, locale=self.locale)

    def weekdays(self, days: Iterable[int]) -> str:
        """Monday is 0: `lundi, mardi et jeudi`, `Monday, Tuesday and Thursday`."""
        names = get_day_names("wide", locale=self.locale)
        return format_list([names[day] for day in sorted(days)], locale=self.locale)

    def hour(self, hour: int) -> str:
        """08:00: a whole hour of the day."""
        return format_time(time(hour), "short", locale=self.locale)

    def country(self, code: str) -> str:
        """By its ISO 3166-1 code: `Allemagne`, `Germany`; one that has no name keeps its code."""
        return str(self.locale.territories.get(code, code))

    def span(self, seconds: float) -> str:
        """5 min, 3 hrs: in the largest unit of which there is one at least."""
        return format_timedelta(timedelta(seconds=round(seconds)), threshold=1, format="short", locale=self.locale)

    def local_day(self, value: datetime) -> date:
        return value.astimezone(self.zone).date()

    def read_amount(self, text: str) -> Decimal | None:
        """The amount that a person typed, `1 234,50` or `1234.5`; None when it is none that money can have.

        That is two decimals at most, and not beyond what the services take.
        """
        value = self.read_number(text)
        if value is None or abs(value) >= LARGEST or value != round(value, 2):
            return None
        return value.quantize(CENT)

    def read_number(self, text: str) -> Decimal | None:
        """With as many decimals as were typed; None when it is no number, or one that could be read in two ways.

        Its decimal sign is the reader's, or the point of the keypad. Thousands may stand apart, by spaces or by the
        reader's sign, three digits each.
        """
        typed = _number_of(self.locale).fullmatch(text.strip())
        if typed is None:
            return None
        sign, whole, decimals = typed.group("sign", "whole", "decimals")
        digits = "".join(each for each in whole if each.isdecimal())
        return Decimal(f"{'-' if sign in MINUS else ''}{digits or 0}.{decimals or 0}")

    def _local(self, value: date | datetime) -> date:
        return self.local_day(value) if isinstance(value, datetime) else value


@dataclass(frozen=True)
class _Way:
    """How amounts of a currency are written: what stands around the number, if it is below zero too, and its signs."""

    currency: str
    around: tuple[str, str]
    around_negative: tuple[str, str]
    signs: Mapping[int, str]

    def write(self, amount: Decimal) -> str:
        before, after = self.around_negative if amount.is_signed() else self.around
        digits = digits_shown(amount, self.currency)
        return f"{before}{f'{abs(amount):,.{digits}f}'.translate(self.signs)}{after}"


@lru_cache(maxsize=4096)
def _day_of(locale: Locale, day: date) -> str:
    """A page names the same few days many times."""
    return format_date(day, "medium", locale=locale)


@cache
def _number_of(locale: Locale) -> re.Pattern[str]:
    decimal, group = re.escape(get_decimal_symbol(locale)), re.escape(get_group_symbol(locale))
    apart = rf"(?P<apart>\s|{group})"
    grouped = rf"[0-9]{{1,3}}{apart}[0-9]{{3}}(?:(?P=apart)[0-9]{{3}})*"
    return re.compile(
        rf"(?P<sign>[-+\u2212])?(?P<whole>{grouped}|[0-9]+|(?=[.{decimal}][0-9]))(?:[.{decimal}](?P<decimals>[0-9]*))?"
    )


@cache
def _joined(locale: Locale) -> str:
    """`{1}, {0}`: how a time of day is put to a day."""
    return str(get_datetime_format("medium", locale=locale)).replace("'", "")


@cache
def _way_of(locale: Locale, currency: str) -> _Way:
    """Learnt from Babel once: it works all of it out anew for each amount, which was a third of a page's time."""
    signs = str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale)})
    one = f"{1:.2f}".translate(signs)
    positive, negative = (
        format_currency(Decimal(number), currency, locale=locale, currency_digits=False) for number in (1, -1)
    )
    before, _, after = positive.partition(one)
    before_negative, _, after_negative = negative.partition(one)
    return _Way(currency, (before, after), (before_negative, after_negative), signs)


FORMATS = {language: Formats(locale) for language, locale in LOCALES.items()}
