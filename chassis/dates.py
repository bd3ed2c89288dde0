"""The calendar of the organisation that sells."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Paris")


def business_day(now: datetime) -> date:
    """The date in the organisation's zone: half past midnight in Paris is not of the day before."""
    return now.astimezone(ZONE).date()


def end_of(day: date) -> datetime:
    """The instant at which `day` is over in the organisation's zone, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), ZONE).astimezone(UTC)


def first_today(now: datetime) -> date:
    """The earliest day that is today somewhere on earth: what is past for everyone comes before it."""
    return (now.astimezone(UTC) - timedelta(hours=12)).date()


def last_today(now: datetime) -> date:
    """The latest day that is today somewhere on earth: what is to come for everyone comes after it."""
    return (now.astimezone(UTC) + timedelta(hours=14)).date()
