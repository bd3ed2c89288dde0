"""The calendar day of a moment, where the organisation works."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Paris")


def business_day(moment: datetime) -> date:
    """The date that people of the organisation would write at `moment`."""
    return moment.astimezone(ZONE).date()
