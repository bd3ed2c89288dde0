"""Tasks as callers see them."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.base import Amount, BusinessDate, Currency, Input
from contracts.parties import Language
from services.notify.tasks.models import CallOutcome, TaskStatus


class ConcernedInvoice(BaseModel):
    """An invoice the call is about, as it stood when the task was opened."""

    invoice_id: UUID
    number: str
    issue_date: date
    due_date: date
    total: Amount
    balance: Amount
    currency: Currency
    days_late: int


class CompletionInput(Input):
    """How the call went; `promised_on` is the date of payment the customer gave, with `promised` alone."""

    outcome: CallOutcome
    note: str = Field(default="", max_length=4000)
    promised_on: BusinessDate | None = None


class Assignee(BaseModel):
    """`calls`: how many are open."""

    name: str
    calls: int


class Assignees(BaseModel):
    items: list[Assignee]


class TaskView(BaseModel):
    id: UUID
    key: str
    assignee: str
    due_on: date
    customer_id: UUID
    customer: str
    phone: str | None
    language: Language
    subject: str
    note: str
    invoices: list[ConcernedInvoice]
    status: TaskStatus
    opened_at: datetime
    outcome: CallOutcome | None
    outcome_note: str | None
    promised_on: date | None
    completed_by: str | None
    completed_by_name: str | None
    completed_at: datetime | None
    reason: str | None
