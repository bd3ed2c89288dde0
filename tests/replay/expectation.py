"""Which e-mails a history must bring about, computed from the file alone.

It shares nothing with the engine: French public holidays are computed here, from the date of Easter.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tests.replay.history import Entry

EITHER_WAY = timedelta(days=2)
"""A payment this close to a step may come before it or after it: clocks of two machines decide."""


@dataclass(frozen=True)
class Expected:
    """E-mails by (invoice number, step): those that must come, and those that may."""

    must: frozenset[tuple[str, str]]
    may: frozenset[tuple[str, str]]


def expected_emails(entries: Sequence[Entry], email_steps: Mapping[str, int], *, until: date) -> Expected:
    """`email_steps`: the steps that send an e-mail, with their days after the due date."""
    must: set[tuple[str, str]] = set()
    may: set[tuple[str, str]] = set()
    for entry in entries:
        for step, days in email_steps.items():
            day = next_working_day(entry.due + timedelta(days=days))
            left = (entry.settled or date.max) - day
            if left > EITHER_WAY and day < until:
                must.add((entry.number, step))
            elif left >= -EITHER_WAY:
                may.add((entry.number, step))
    return Expected(frozenset(must), frozenset(may))


def next_working_day(day: date) -> date:
    while day.weekday() >= 5 or day in french_holidays(day.year):
        day += timedelta(days=1)
    return day


def french_holidays(year: int) -> set[date]:
    """The eleven of article L3133-1 of the Code du travail."""
    fixed = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
    return {date(year, month, day) for month, day in fixed} | set(_after_easter(easter(year)))


def _after_easter(sunday: date) -> Iterator[date]:
    """Easter Monday, Ascension Day, Whit Monday."""
    for days in (1, 39, 50):
        yield sunday + timedelta(days=days)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by Gauss's method with its two exceptions."""
    century = year // 100
    solar = (15 - (13 + 8 * century) // 25 + century - century // 4) % 30
    weekday = (4 + century - century // 4) % 7
    moon = (19 * (year % 19) + solar) % 30
    sunday = (2 * (year % 4) + 4 * (year % 7) + 6 * moon + weekday) % 7
    if moon == 29 and sunday == 6:
        return date(year, 4, 19)
    if moon == 28 and sunday == 6 and (11 * solar + 11) % 30 < 19:
        return date(year, 4, 18)
    return date(year, 3, 22) + timedelta(days=moon + sunday)
