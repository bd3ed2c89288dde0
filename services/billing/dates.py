"""The business day of the organisation that sells."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Paris")


def business_day(now: datetime) -> date:
    """The calendar date in the organisation's zone: an invoice of 00:30 in Paris is not of the day before."""
    return now.astimezone(ZONE).date()
