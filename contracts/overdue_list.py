"""The overdue list, mailed once a week to a colleague who asked for it: its workflow's contract, and what it says."""

from datetime import date
from typing import Annotated, Literal
from uuid import NAMESPACE_OID, UUID, uuid5

from pydantic import Field

from contracts.base import BusinessDate, Contract, Currency, DecimalString, Input, OrganisationId, Text
from contracts.clock import Clock
from contracts.parties import Language, Seller

WORKFLOW = "SendOverdueList"
TASK_QUEUE = "overdue-list"
MOST_INVOICES = 50
"""That stand in the mail itself; all of them are in the file with it."""
MOST_PAYERS = 10

Count = Annotated[int, Field(ge=0)]


def list_id(organisation: str, owner: str) -> UUID:
    """The same for a person however often they stop the list and ask for it again: one list a day is enough."""
    return uuid5(NAMESPACE_OID, f"overdue list of {organisation}/{owner}")


def list_and_day(key: str) -> tuple[UUID, date]:
    """Of the key of an OverdueListDue."""
    _, list_id, day = key.split(":")
    return UUID(list_id), date.fromisoformat(day)


class OverdueListDue(Contract):
    """The workflow's input: the list of a person for the day on which it was due. `owner` is their id."""

    organisation: OrganisationId
    owner: str
    day: BusinessDate
    clock: Clock = Clock()

    @property
    def key(self) -> str:
        """The workflow's id and the business key of the mail."""
        return f"overdue-list:{list_id(self.organisation, self.owner)}:{self.day.isoformat()}"


class OverdueList(Contract):
    """`GET /overdue-lists/{owner}` of dunning, as far as sending needs it. It ends after the day `until`."""

    owner_name: str
    email: str
    language: Language
    until: date


class OverdueAmounts(Input):
    """What is overdue in one currency, by calendar days since the due date; `newly` within the last seven of them."""

    currency: Currency
    total: DecimalString
    days_1_to_30: DecimalString
    days_31_to_60: DecimalString
    days_61_to_90: DecimalString
    days_over_90: DecimalString
    invoices: Count
    newly: DecimalString
    newly_invoices: Count


class LatePayer(Input):
    """A customer, and what they owe too late in one currency."""

    name: Text
    currency: Currency
    overdue: DecimalString


class OverdueInvoice(Input):
    number: Text
    customer_name: Text
    due_date: BusinessDate
    days_late: int
    currency: Currency
    balance: DecimalString


class OverdueListContext(Input):
    """What a template of the overdue list may speak of. Nothing is overdue where `amounts` is empty.

    `customers` is None where there are too many to count; `link`: the receivables in the console.
    """

    about: Literal["overdue_list"] = "overdue_list"
    reader: Text
    language: Language
    seller: Seller
    today: BusinessDate
    until: BusinessDate
    amounts: list[OverdueAmounts] = Field(max_length=200)
    customers: Count | None
    late_payers: list[LatePayer] = Field(max_length=MOST_PAYERS)
    invoices: list[OverdueInvoice] = Field(max_length=MOST_INVOICES)
    has_file: bool
    link: Annotated[str, Field(max_length=500, pattern=r"^https?://[^\s\"<>]+$")] | None = None
