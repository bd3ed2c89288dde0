"""In which order receivables are listed, and what says where a page of each order ends."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

Place = tuple[date | Decimal | str, UUID]


class Order(StrEnum):
    """A hyphen before the name turns the order round."""

    DUE_DATE = "due_date"
    DUE_DATE_BACKWARDS = "-due_date"
    BALANCE = "balance"
    BALANCE_BACKWARDS = "-balance"
    NUMBER = "number"
    NUMBER_BACKWARDS = "-number"
    CUSTOMER = "customer"
    CUSTOMER_BACKWARDS = "-customer"

    @property
    def by(self) -> str:
        return self.removeprefix("-")

    @property
    def is_backwards(self) -> bool:
        return self.startswith("-")


KINDS: dict[str, TypeAdapter[Place]] = {
    "due_date": TypeAdapter(tuple[date, UUID]),
    "balance": TypeAdapter(tuple[Decimal, UUID]),
    "number": TypeAdapter(tuple[str, UUID]),
    "customer": TypeAdapter(tuple[str, UUID]),
}


def place_of(order: Order, row: Mapping[str, Any]) -> Place:
    """What the row of a list is sorted by, and its id where two are the same."""
    return row["customer_name" if order.by == "customer" else order.by], row["invoice_id"]
