"""Rows of closings, and the lock that orders them with the actions on the same invoice."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
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


async def heard_of(session: AsyncSession, organisation: str, invoices: Sequence[UUID]) -> list[dict[str, Any]]:
    """Of those that have letters not posted or calls not made: the version of the receivable that these go by.

    It is what they speak of, or the last that was heard of since, by which they were withdrawn or left as they are.
    """
    asked = {"organisation": organisation, "invoices": list(invoices)}
    return [dict(row) for row in (await (await session.connection()).execute(text(HEARD), asked)).mappings().all()]


HEARD = """
    select undone.invoice_id,
        greatest(min(undone.version), max(c.version + case when c.status = 'open' then 1 else 0 end)) as version
    from (
        select invoice_id, receivable_version as version from letters
        where organisation = :organisation and invoice_id = any(:invoices) and status in ('prepared', 'withdrawn')
        union all
        select invoice_id, receivable_version from tasks
        where organisation = :organisation and invoice_id = any(:invoices) and status in ('opened', 'withdrawn')
    ) undone
    left join invoice_closings c on c.organisation = :organisation and c.invoice_id = undone.invoice_id
    group by undone.invoice_id
"""
