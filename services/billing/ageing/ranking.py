"""In which order those who owe something are listed."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from annotated_types import Len
from pydantic import TypeAdapter


class Ranking(StrEnum):
    """By id, or the largest amounts first: what is overdue (and nobody else), or all that is open.

    Amounts of several currencies stand in one order, each by its figure.
    """

    CUSTOMER = "customer"
    OVERDUE = "-overdue"
    TOTAL = "-total"


ID_AND_CURRENCY = TypeAdapter(tuple[UUID, Annotated[str, Len(3, 3)]])
AMOUNT_ID_AND_CURRENCY = TypeAdapter(tuple[Decimal, UUID, Annotated[str, Len(3, 3)]])
