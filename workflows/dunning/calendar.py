"""When an organisation contacts its customers: working days, at its sending hour, in its time zone."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from contracts.scenario import Calendar

LONGEST_CLOSURE = 60
"""Days; a calendar that has no working day within them is a mistake."""


class UnknownCalendar(ValueError):
    """The calendar names a country, a subdivision or a time zone that does not exist."""


def check(calendar: Calendar) -> None:
    """Raises UnknownCalendar, naming the field, the value and what is expected."""
    try:
        ZoneInfo(calendar.time_zone)
    except (KeyError, ValueError, OSError):
        expected = "an IANA time zone such as Europe/Paris"
        raise UnknownCalendar(f"time_zone: {calendar.time_zone!r} is unknown; expected {expected}") from None
    try:
        _holidays(calendar.country, calendar.subdivision)
    except NotImplementedError:
        place = f"country: {calendar.country!r}, subdivision: {calendar.subdivision!r}"
        raise UnknownCalendar(f"{place}: no holidays are known; expected for example FR, or FR and 57") from None


def warm_up() -> None:
    """Have the library of holidays read its files: a third of a second that no workflow's turn should pay."""
    is_working_day(date(2026, 1, 1), Calendar())


def is_working_day(day: date, calendar: Calendar) -> bool:
    """A working weekday that is no public holiday of the calendar's country or subdivision."""
    return day.weekday() in calendar.working_weekdays and day not in _holidays(calendar.country, calendar.subdivision)


def working_day_from(day: date, calendar: Calendar) -> date:
    """`day` when it is a working day, else the next one."""
    for offset in range(LONGEST_CLOSURE):
        candidate = day + timedelta(days=offset)
        if is_working_day(candidate, calendar):
            return candidate
    raise UnknownCalendar(f"working_weekdays: no working day within {LONGEST_CLOSURE} days after {day.isoformat()}")


def moment_of(day: date, calendar: Calendar) -> datetime:
    """The sending hour of `day`, or of the next working day, in UTC."""
    local = datetime.combine(working_day_from(day, calendar), time(calendar.sending_hour), ZoneInfo(calendar.time_zone))
    return local.astimezone(UTC)


def beginning_of(day: date, calendar: Calendar) -> datetime:
    """Midnight of `day` in the organisation's time zone, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(calendar.time_zone)).astimezone(UTC)


def local_day(moment: datetime, calendar: Calendar) -> date:
    return moment.astimezone(ZoneInfo(calendar.time_zone)).date()


def next_contact(moment: datetime, calendar: Calendar) -> datetime:
    """`moment` when contact is allowed then, else the next sending hour of a working day, in UTC."""
    local = moment.astimezone(ZoneInfo(calendar.time_zone))
    today = local.date()
    if local.hour >= calendar.latest_hour:
        return moment_of(today + timedelta(days=1), calendar)
    if local.hour >= calendar.sending_hour and is_working_day(today, calendar):
        return moment
    return moment_of(today, calendar)


@lru_cache(maxsize=64)
def _holidays(country: str, subdivision: str | None) -> holidays.HolidayBase:
    return holidays.country_holidays(country, subdiv=subdivision)
