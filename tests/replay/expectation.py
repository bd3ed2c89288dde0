"""Which e-mails a history must bring about, computed from the file alone.

It shares nothing with the engine: French public holidays are computed here, from the date of Easter.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from tests.replay.history import Entry

EITHER_WAY = timedelta(days=2)
"""A payment this close to a step may come before it or after it: clocks of two machines decide."""


@dataclass(frozen=True)
class Expected:
    """E-mails by (invoice number, step): those that must come, and those that may."""

    must: frozenset[tuple[str, str]]
    may: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Outage:
    """Business days on which something was down or not yet caught up with, both included."""

    first: date
    last: date


def expected_emails(
    entries: Sequence[Entry],
    email_steps: Mapping[str, int],
    *,
    until: date,
    further: Collection[int] = (),
    outages: Sequence[Outage] = (),
    stuck: Mapping[str, Sequence[Outage]] = MappingProxyType({}),
) -> Expected:
    """`email_steps`: the steps that send an e-mail, with their days after the due date; `further` are the others'.

    What falls into an outage happens at its end at the latest. It must happen all the same, unless a payment comes
    before, or the next step, which leaves it out. `stuck`: further outages of single invoices, by their numbers.
    """
    every_day = sorted({*email_steps.values(), *further})
    must: set[tuple[str, str]] = set()
    may: set[tuple[str, str]] = set()
    for entry in entries:
        of_it = [*outages, *stuck.get(entry.number, ())]
        settled, settled_at_last = _span(entry.settled or date.max, of_it)
        for step, days in email_steps.items():
            day, at_last = _span(next_working_day(entry.due + timedelta(days=days)), of_it)
            following = next((entry.due + timedelta(days=each) for each in every_day if each > days), date.max)
            is_left_out = at_last > day and following - at_last <= EITHER_WAY
            if settled - at_last > EITHER_WAY and at_last < until and not is_left_out:
                must.add((entry.number, step))
            elif settled_at_last - day >= -EITHER_WAY:
                may.add((entry.number, step))
    return Expected(frozenset(must), frozenset(may))


def _span(day: date, outages: Sequence[Outage]) -> tuple[date, date]:
    """When what is meant for `day` happens: at the earliest, and at the latest."""
    at_last = day
    for outage in sorted(outages, key=lambda each: each.first):
        if outage.first <= at_last <= outage.last:
            at_last = outage.last
    return day, at_last


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
