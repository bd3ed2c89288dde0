"""What `/receivables/dso` gives."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from contracts.base import DecimalString

Outstanding = Annotated[
    DecimalString | None,
    Field(description="`balance / invoiced * days`, rounded half up to a tenth; null when nothing was invoiced"),
]


class SalesOutstanding(BaseModel):
    """In one currency, with VAT: what is open now, what was invoiced in the days, and how many days that is."""

    currency: str
    balance: DecimalString
    invoiced: DecimalString
    days_outstanding: Outstanding


class DaysSalesOutstanding(BaseModel):
    """Of the `days` that end with `day`, that day included."""

    day: date
    days: int
    totals: list[SalesOutstanding]
