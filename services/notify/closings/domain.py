"""When an action comes too late, and how that is said."""

from chassis.dates import business_day
from chassis.problems import DomainError, InvalidField
from contracts.receivable import ReceivableStatus, ReceivableView
from services.notify.closings.models import InvoiceClosing

WORDS = {
    ReceivableStatus.OPEN: "closed",
    ReceivableStatus.SETTLED: "paid in full",
    ReceivableStatus.CREDITED: "credited",
    ReceivableStatus.CANCELLED: "cancelled",
    ReceivableStatus.WRITTEN_OFF: "written off",
}


class TooLate(DomainError):
    """The balance was read before the invoice closed and was reopened, and may be less now: read it again."""

    def __init__(self, receivable: ReceivableView) -> None:
        super().__init__(
            f"context.receivable.version: {receivable.version} is out of date, for invoice {receivable.number} was "
            "closed and reopened since; nothing was begun"
        )


def reason_of(closing: InvoiceClosing, *, number: str) -> str:
    """Why something is withdrawn, for people."""
    return f"Invoice {number} was {WORDS[closing.status]} on {business_day(closing.closed_at).isoformat()}."


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
