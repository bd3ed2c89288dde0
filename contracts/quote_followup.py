"""The quote follow-up workflow's contract: it sends the quote, then reminds until the customer answers."""

from uuid import UUID

from contracts.base import BusinessDate, Contract, Instant, OrganisationId
from contracts.clock import Clock
from contracts.scenario import Calendar

WORKFLOW = "FollowUpQuote"
TASK_QUEUE = "quote-followup"
CLOSE_SIGNAL = "close"


def workflow_id(quote_id: UUID) -> str:
    return f"quote-followup:{quote_id}"


class QuoteFollowUp(Contract):
    """`expires_at` and `sent_at` in business time; `follow_up_days` after sending comes the one follow-up.

    It is moved to the next working day of `calendar`, at its sending hour.
    """

    organisation: OrganisationId
    quote_id: UUID
    sent_at: Instant
    follow_up_days: int = 7
    valid_until: BusinessDate
    expires_at: Instant
    calendar: Calendar = Calendar()
    clock: Clock = Clock()
