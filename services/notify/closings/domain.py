"""When an action comes too late, and how that is said."""

from datetime import datetime

from chassis.dates import business_day
from chassis.problems import DomainError, InvalidField
from contracts.receivable import Receivable, ReceivableStatus, ReceivableView
from services.notify.closings.models import InvoiceClosing

WORDS = {
    ReceivableStatus.OPEN: "closed",
    ReceivableStatus.SETTLED: "paid in full",
    ReceivableStatus.CREDITED: "credited",
    ReceivableStatus.CANCELLED: "cancelled",
    ReceivableStatus.WRITTEN_OFF: "written off",
}


class TooLate(DomainError):
    """The receivable was read before it changed, and less may be owed now, or later: read it again."""

    def __init__(self, receivable: ReceivableView) -> None:
        super().__init__(
            f"context.receivable.version: {receivable.version} is out of date, for the balance or the due date of "
            f"invoice {receivable.number} changed since; nothing was begun"
        )


def reason_of(closing: InvoiceClosing, *, number: str) -> str:
    """Why something is withdrawn, for people."""
    return f"Invoice {number} was {WORDS[closing.status]} on {business_day(closing.closed_at).isoformat()}."


def reason_of_balance(receivable: Receivable, *, now: datetime) -> str:
    day = business_day(now).isoformat()
    return f"Of invoice {receivable.number} only {receivable.balance:f} {receivable.currency} was owed on {day}."


def reason_of_due_date(receivable: Receivable, *, now: datetime) -> str:
    day = business_day(now).isoformat()
    return f"The due date of invoice {receivable.number} was moved to {receivable.due_date.isoformat()} on {day}."


def check_organisation(field: str, value: str, organisation: str) -> None:
    if value != organisation:
        raise InvalidField(field, value, f"{organisation}, the organisation of the caller")


def check_owed(organisation: str, receivable: ReceivableView) -> None:
    """Nobody is asked for money that is not owed."""
    check_organisation("context.receivable.organisation", receivable.organisation, organisation)
    if receivable.status is not ReceivableStatus.OPEN:
        raise InvalidField("context.receivable.status", receivable.status.value, "open")
    if receivable.balance <= 0:
        raise InvalidField("context.receivable.balance", f"{receivable.balance:f}", "an amount that is still owed")
