"""Rows of closings, and the lock that orders them with the actions on the same invoice."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.locks import lock
from services.notify.closings.models import InvoiceClosing


async def lock_invoice(session: AsyncSession, organisation: str, invoice_id: UUID) -> None:
    """Until the end of the transaction nobody else closes this invoice or begins something for it."""
    await lock(session, f"invoice {organisation} {invoice_id}")


async def closing_of(session: AsyncSession, organisation: str, invoice_id: UUID) -> InvoiceClosing | None:
    return await session.get(InvoiceClosing, (organisation, invoice_id))


async def remember(session: AsyncSession, closing: InvoiceClosing) -> InvoiceClosing:
    """Keep the latest version: events may come twice and out of order. Answers what is known then.

    That a closing is over is later news than the closing itself.
    """
    version, given = col(InvoiceClosing.version), insert(InvoiceClosing).values(closing.model_dump())
    latest = {name: given.excluded[name] for name in ("version", "status", "closed_at")}
    is_older = version <= given.excluded.version if closing.is_over else version < given.excluded.version
    await session.exec(
        given.on_conflict_do_update(index_elements=["organisation", "invoice_id"], set_=latest, where=is_older)
    )
    return await session.get_one(InvoiceClosing, (closing.organisation, closing.invoice_id), populate_existing=True)
