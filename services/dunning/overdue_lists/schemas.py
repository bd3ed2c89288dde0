"""What `/overdue-list` and `/overdue-lists` take and give."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import Input, Instant
from contracts.parties import Language
from contracts.scenario import Weekday


class OverdueListInput(Input):
    """When it comes: `weekday` (Monday is 0), at the whole `hour` in the organisation's time zone."""

    language: Language
    weekday: Weekday = 0
    hour: Annotated[int, Field(ge=0, le=23)] = 8


class OverdueListView(BaseModel):
    """`next_at` is when it comes next, `until` the last day on which it may; both in business time."""

    model_config = ConfigDict(from_attributes=True)

    owner: str
    owner_name: str
    email: str
    language: Language
    weekday: int
    hour: int
    asked_at: Instant
    until: date
    next_at: Instant
