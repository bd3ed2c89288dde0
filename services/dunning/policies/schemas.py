"""What the policy's endpoint answers."""

from datetime import datetime, timedelta

from pydantic import BaseModel

from contracts.base import Amount
from contracts.scenario import Calendar


class PolicyView(BaseModel):
    calendar: Calendar
    staleness: timedelta
    minimum_contact_delay: timedelta
    minimum_balance: Amount
    default_scenario: str
    updated_at: datetime
