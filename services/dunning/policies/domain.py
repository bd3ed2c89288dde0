"""What an organisation's policy may say."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from chassis.problems import InvalidField
from contracts.base import Amount, Input, Key
from contracts.scenario import Calendar
from services.dunning.policies.models import DunningPolicy
from workflows.dunning import calendar as calendars
from workflows.dunning.scenario import STANDARD


class Policy(Input):
    """When and from how much on customers are contacted. Durations in ISO 8601 (`PT5M`) or seconds.

    `staleness`: how old (real time) the knowledge of payments may be. `minimum_contact_delay`: between two
    contacts of one customer. `minimum_balance`: below it nothing is sent.
    """

    calendar: Calendar = Calendar()
    staleness: Annotated[timedelta, Field(ge=timedelta(seconds=1), le=timedelta(days=1))] = timedelta(minutes=5)
    minimum_contact_delay: Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=90))] = timedelta(0)
    minimum_balance: Annotated[Amount, Field(ge=0)] = Decimal("0.00")
    default_scenario: Key = STANDARD.key


def first_policy(organisation: str, *, now: datetime) -> DunningPolicy:
    return DunningPolicy(organisation=organisation, updated_at=now, **dict(Policy()))


def check_calendar(calendar: Calendar) -> None:
    """422 that names the field when the calendar cannot be followed."""
    try:
        calendars.check(calendar)
        if not calendar.working_weekdays:
            raise calendars.UnknownCalendar("working_weekdays: at least one weekday is expected")
    except calendars.UnknownCalendar as error:
        place, _, rest = str(error).partition(": ")
        raise InvalidField(f"calendar.{place}", calendar.model_dump(mode="json").get(place, ""), rest) from None
