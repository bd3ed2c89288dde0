"""What the worker of notify does: reactions to events, and its duties."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.bus import Subscription
from chassis.clock import real_now
from chassis.personal.reacting import erases, erasing_of
from chassis.worker import Worker
from contracts.events import Event
from contracts.events.billing import InvoiceEvent
from contracts.topology import (
    NOTIFY_CUSTOMER,
    NOTIFY_INVOICE_CHANGED,
    NOTIFY_INVOICE_CLOSED,
    NOTIFY_INVOICE_REOPENED,
    NOTIFY_USER,
)
from services.notify.calendars import use_cases as calendars
from services.notify.closings import use_cases as closings
from services.notify.messages import use_cases as messages
from services.notify.privacy.store import HOLDINGS

ERASE = erasing_of(HOLDINGS)
SWEEP_SECONDS = 5.0


async def subscribe(worker: Worker) -> Sequence[Subscription]:
    async def close_invoice(event: Event, session: AsyncSession) -> None:
        """Nothing planned for an invoice outlives it."""
        await closings.close_invoice(session, InvoiceEvent.of(event), now=worker.now())

    async def reopen_invoice(event: Event, session: AsyncSession) -> None:
        """What its closing took away comes back."""
        await closings.reopen_invoice(session, InvoiceEvent.of(event), now=worker.now())

    async def change_invoice(event: Event, session: AsyncSession) -> None:
        """No letter asks for what is owed no more."""
        await closings.change_invoice(session, InvoiceEvent.of(event), now=worker.now())

    return [
        # the same version of a receivable again withdraws, or brings back, what it did, which is nothing more
        Subscription(NOTIFY_INVOICE_CLOSED, close_invoice, deduplicate=False),
        Subscription(NOTIFY_USER, calendars.revoke_of_locked),
        Subscription(NOTIFY_INVOICE_REOPENED, reopen_invoice, deduplicate=False),
        Subscription(NOTIFY_INVOICE_CHANGED, change_invoice, deduplicate=False),
        erases(NOTIFY_CUSTOMER, ERASE, worker.now),
    ]


async def sweep_messages(worker: Worker) -> None:
    """Show to people the messages that a process left behind when it died."""
    while not worker.stopping.is_set():
        await messages.sweep(worker.sessions, real=real_now(), now=worker.now())
        await worker.pause(SWEEP_SECONDS)
