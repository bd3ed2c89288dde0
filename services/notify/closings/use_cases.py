"""What an invoice that closes, opens again or changes brings with it."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from contracts.actions import CustomerContext, DunningContext
from contracts.receivable import Receivable, ReceivableStatus
from services.notify.closings import domain, store
from services.notify.closings.models import InvoiceClosing
from services.notify.letters import domain as letter
from services.notify.letters import store as letters
from services.notify.tasks import domain as task
from services.notify.tasks import store as tasks


async def take_receivable(session: AsyncSession, receivable: Receivable, *, now: datetime) -> None:
    """The receivable as it is, of which an event may have been missed. Nothing when it is known, or older than that."""
    if receivable.status is ReceivableStatus.OPEN:
        await change_invoice(session, receivable, now=now)
    else:
        await close_invoice(session, receivable, now=now)


async def close_invoice(session: AsyncSession, event: Receivable, *, now: datetime) -> None:
    """Withdraw the letters not posted and the calls not made that this version of the receivable ends.

    Nothing when it was reopened since: then the event came late, or once more.
    """
    organisation, invoice_id = event.organisation, event.invoice_id
    await store.lock_invoice(session, organisation, invoice_id)
    closing = _closing(event, version=event.version, now=now)
    if (await store.remember(session, closing)).is_over:
        return
    reason = domain.reason_of(closing, number=event.number)
    for planned in await letters.unposted_for(session, organisation, invoice_id, until_version=closing.version):
        letter.close(planned, reason, now=now)
    for opened in await tasks.opened_for(session, organisation, invoice_id, until_version=closing.version):
        task.withdraw(opened, reason, now=now)


async def reopen_invoice(session: AsyncSession, event: Receivable, *, now: datetime) -> None:
    """Bring back, under their keys, the letters and calls that the closing before this version withdrew.

    Nothing when the invoice closed or changed again since. What asks for more than is owed now, or tells another due
    date, stays withdrawn, or is withdrawn where the closing has not been heard of yet.
    """
    if (until := await _changed(session, event, now=now)) is not None:
        await _letters_follow(session, event, until_version=until, now=now)
        for opened in await tasks.opened_for(session, event.organisation, event.invoice_id, until_version=until):
            if task.asks_too_much(opened, event.balance):
                task.withdraw(opened, domain.reason_of_balance(event, now=now), now=now)
        await _calls_follow(session, event, until_version=until, now=now)


async def change_invoice(session: AsyncSession, event: Receivable, *, now: datetime) -> None:
    """Withdraw the letters not posted that ask for more than is owed now, or tell another due date; bring back those
    that a change before had withdrawn and that are right again.

    Calls stay, put off where the invoice is due later: who makes one sees what is owed then. Nothing when the invoice
    closed or changed again since.
    """
    if (until := await _changed(session, event, now=now)) is not None:
        await _letters_follow(session, event, until_version=until, now=now)
        await _calls_follow(session, event, until_version=until, now=now)


async def _changed(session: AsyncSession, event: Receivable, *, now: datetime) -> int | None:
    """The version up to which this event is news for letters and calls; None when there is later news."""
    await store.lock_invoice(session, event.organisation, event.invoice_id)
    closing = _closing(event, version=event.version - 1, now=now)
    return closing.version if (await store.remember(session, closing)).version <= closing.version else None


async def _letters_follow(session: AsyncSession, event: Receivable, *, until_version: int, now: datetime) -> None:
    which = (event.organisation, event.invoice_id)
    for planned in await letters.printable_for(session, *which, until_version=until_version):
        if (prepared := letter.follow(planned, event, now=now)) is not None:
            await letters.give_part(session, planned)
            outbox.record(session, prepared, at=now)


async def _calls_follow(session: AsyncSession, event: Receivable, *, until_version: int, now: datetime) -> None:
    which = (event.organisation, event.invoice_id)
    for opened in await tasks.opened_for(session, *which, until_version=until_version):
        task.follow(opened, event)
    for given_up in await tasks.withdrawn_for(session, *which, until_version=until_version):
        if (reopened := task.bring_back(given_up, event, now=now)) is not None:
            outbox.record(session, reopened, at=now)


def _closing(event: Receivable, *, version: int, now: datetime) -> InvoiceClosing:
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

    Raises TooLate where it changed, or closed and was reopened, since the balance was read.
    """
    receivable = context.receivable
    await store.lock_invoice(session, receivable.organisation, receivable.invoice_id)
    closing = await store.closing_of(session, receivable.organisation, receivable.invoice_id)
    if closing is None or receivable.version > closing.version:
        return None
    if closing.is_over:
        raise domain.TooLate(receivable)
    return domain.reason_of(closing, number=receivable.number)
