"""What an invoice that closes brings with it."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.actions import CustomerContext, DunningContext
from contracts.events.billing import InvoiceEvent
from services.notify.closings import domain, store
from services.notify.closings.models import InvoiceClosing
from services.notify.letters import domain as letter
from services.notify.letters import store as letters
from services.notify.tasks import domain as task
from services.notify.tasks import store as tasks


async def close_invoice(session: AsyncSession, event: InvoiceEvent, *, now: datetime) -> None:
    """Withdraw the letters not posted and the calls not made that this version of the receivable ends."""
    organisation, invoice_id = event.organisation, event.invoice_id
    await store.lock_invoice(session, organisation, invoice_id)
    closing = InvoiceClosing(
        organisation=organisation,
        invoice_id=invoice_id,
        version=event.version,
        status=event.status,
        closed_at=now,
    )
    await store.remember(session, closing)
    reason = domain.reason_of(closing, number=event.number)
    for prepared in await letters.prepared_for(session, organisation, invoice_id, until_version=event.version):
        letter.withdraw(prepared, reason, now=now)
    for opened in await tasks.opened_for(session, organisation, invoice_id, until_version=event.version):
        task.withdraw(opened, reason, now=now)


def check_request(organisation: str, context: CustomerContext) -> None:
    """422 for what concerns another organisation, or an invoice on which nothing is owed."""
    if isinstance(context, DunningContext):
        domain.check_owed(organisation, context.receivable)
        return
    domain.check_organisation("context.quote.organisation", context.quote.organisation, organisation)


async def too_late(session: AsyncSession, context: DunningContext) -> str | None:
    """Why nothing may be begun for this invoice any more; it can only close once this transaction is over."""
    receivable = context.receivable
    await store.lock_invoice(session, receivable.organisation, receivable.invoice_id)
    closing = await store.closing_of(session, receivable.organisation, receivable.invoice_id)
    if closing is None or receivable.version > closing.version:
        return None
    return domain.reason_of(closing, number=receivable.number)
