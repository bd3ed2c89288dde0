"""What an invoice that closes, or opens again, brings with it."""

from datetime import datetime
from decimal import Decimal

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from contracts.actions import CustomerContext, DunningContext
from contracts.events.billing import InvoiceEvent
from services.notify.closings import domain, store
from services.notify.closings.models import InvoiceClosing
from services.notify.letters import domain as letter
from services.notify.letters import store as letters
from services.notify.tasks import domain as task
from services.notify.tasks import store as tasks

NOTHING = Decimal(0)


async def close_invoice(session: AsyncSession, event: InvoiceEvent, *, now: datetime) -> None:
    """Withdraw the letters not posted and the calls not made that this version of the receivable ends.

    Nothing when it was reopened since: then the event came late, or once more.
    """
    organisation, invoice_id = event.organisation, event.invoice_id
    await store.lock_invoice(session, organisation, invoice_id)
    closing = _closing(event, version=event.version, now=now)
    if (await store.remember(session, closing)).is_over:
        return
    await _withdraw(session, closing, number=event.number, owed=NOTHING)


async def reopen_invoice(session: AsyncSession, event: InvoiceEvent, *, now: datetime) -> None:
    """Bring back, under their keys, the letters and calls that the closing before this version withdrew.

    Nothing when the invoice closed again since, whether or not it was reopened after that. What asks for more than is
    owed now stays withdrawn, or is withdrawn where the closing has not been heard of yet.
    """
    organisation, invoice_id = event.organisation, event.invoice_id
    await store.lock_invoice(session, organisation, invoice_id)
    closing = _closing(event, version=event.version - 1, now=now)
    if (await store.remember(session, closing)).version > closing.version:
        return
    await _withdraw(session, closing, number=event.number, owed=event.balance)
    for withdrawn in await letters.withdrawn_for(session, organisation, invoice_id, until_version=closing.version):
        if (prepared := letter.bring_back(withdrawn, event.balance, now=now)) is not None:
            outbox.record(session, prepared, at=now)
    for given_up in await tasks.withdrawn_for(session, organisation, invoice_id, until_version=closing.version):
        if (opened := task.bring_back(given_up, event.balance, now=now)) is not None:
            outbox.record(session, opened, at=now)


async def _withdraw(session: AsyncSession, closing: InvoiceClosing, *, number: str, owed: Decimal) -> None:
    """The letters not posted and the calls not made, of its version or before, that ask for more than is owed."""
    which = (closing.organisation, closing.invoice_id)
    reason = domain.reason_of(closing, number=number)
    for prepared in await letters.prepared_for(session, *which, until_version=closing.version):
        if letter.asks_too_much(prepared, owed):
            letter.withdraw(prepared, reason, now=closing.closed_at)
    for opened in await tasks.opened_for(session, *which, until_version=closing.version):
        if task.asks_too_much(opened, owed):
            task.withdraw(opened, reason, now=closing.closed_at)


def _closing(event: InvoiceEvent, *, version: int, now: datetime) -> InvoiceClosing:
    return InvoiceClosing(
        organisation=event.organisation,
        invoice_id=event.invoice_id,
        version=version,
        status=event.status,
        closed_at=now,
    )


def check_request(organisation: str, context: CustomerContext) -> None:
    """422 for what concerns another organisation, or an invoice on which nothing is owed."""
    if isinstance(context, DunningContext):
        domain.check_owed(organisation, context.receivable)
        return
    domain.check_organisation("context.quote.organisation", context.quote.organisation, organisation)


async def too_late(session: AsyncSession, context: DunningContext) -> str | None:
    """Why nothing may be begun for this invoice any more; it can only close once this transaction is over.

    Raises TooLate where it closed and was reopened since the balance was read.
    """
    receivable = context.receivable
    await store.lock_invoice(session, receivable.organisation, receivable.invoice_id)
    closing = await store.closing_of(session, receivable.organisation, receivable.invoice_id)
    if closing is None or receivable.version > closing.version:
        return None
    if closing.is_over:
        raise domain.TooLate(receivable)
    return domain.reason_of(closing, number=receivable.number)
