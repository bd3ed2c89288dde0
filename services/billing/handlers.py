"""What billing does when something happened elsewhere."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.bus import Subscription
from chassis.clock import Now
from chassis.envelope import Unreadable
from chassis.worker import Worker
from contracts.events import Event, QuoteAccepted
from contracts.topology import BILLING_QUOTE_ACCEPTED
from services.billing.invoices.from_quotes import QuoteCannotBeInvoiced, draft_from_quote
from services.billing.payments.handlers import payments


async def subscribe(worker: Worker) -> Sequence[Subscription]:
    return [payments(worker.now), accepted_quotes(worker.now)]


def accepted_quotes(now: Now) -> Subscription:
    return Subscription(BILLING_QUOTE_ACCEPTED, DraftInvoices(now))


class DraftInvoices:
    """A draft for each accepted quote; a customer that is not known yet is tried again before it is a dead letter."""

    def __init__(self, now: Now) -> None:
        self.now = now

    async def __call__(self, event: Event, session: AsyncSession) -> None:
        try:
            await draft_from_quote(session, QuoteAccepted.of(event), now=self.now())
        except QuoteCannotBeInvoiced as error:
            raise Unreadable(str(error)) from None
