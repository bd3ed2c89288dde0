"""Queries of forgotten invoices, and of what was told of others; raising the series whose numbers they have."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.billing.forgotten.models import ForgottenInvoice, ToldUntil
from services.billing.invoices.models import Invoice, InvoiceSeries, InvoiceStatus
from services.billing.receivables.models import Receivable


async def told_until(session: AsyncSession, stream: str) -> int:
    query = select(ToldUntil.position).where(ToldUntil.stream == stream)
    return (await session.exec(query)).one_or_none() or 0


async def keep_told_until(session: AsyncSession, stream: str, position: int) -> None:
    statement = insert(ToldUntil).values(stream=stream, position=position)
    later = {"position": statement.excluded.position}
    await session.exec(statement.on_conflict_do_update(index_elements=["stream"], set_=later))


async def known(session: AsyncSession, invoices: Collection[UUID]) -> set[UUID]:
    """Those of these invoices that are in the database and issued, whatever their organisation.

    A draft has no number: its invoice was issued after the backup, which has it as it was before.
    """
    query = select(Invoice.id).where(col(Invoice.id).in_(invoices), Invoice.status != InvoiceStatus.DRAFT)
    return set((await session.exec(query)).all())


async def receivables(session: AsyncSession, invoices: Collection[UUID]) -> dict[UUID, Receivable]:
    """As they are, by their invoices, whatever their organisation; not locked."""
    found = await session.exec(select(Receivable).where(col(Receivable.invoice_id).in_(invoices)))
    return {each.invoice_id: each for each in found}


async def remember(session: AsyncSession, row: ForgottenInvoice) -> bool:
    """Keep it, and let its series go on behind its number: `refuse_gap` allows that to no other. False: it was kept."""
    kept = await session.exec(insert(ForgottenInvoice).values(row.model_dump()).on_conflict_do_nothing())
    statement = insert(InvoiceSeries).values(
        organisation=row.organisation,
        series=row.series,
        year=row.year,
        last=row.sequence,
        last_issue_date=row.issue_date,
    )
    raised = {
        "last": statement.excluded.last,
        "last_issue_date": func.greatest(col(InvoiceSeries.last_issue_date), statement.excluded.last_issue_date),
    }
    await session.exec(
        statement.on_conflict_do_update(
            index_elements=["organisation", "series", "year"],
            set_=raised,
            where=col(InvoiceSeries.last) < statement.excluded.last,
        )
    )
    return bool(kept.rowcount)


async def page(
    session: AsyncSession, organisation: str, *, after: tuple[str] | None, limit: int
) -> Sequence[ForgottenInvoice]:
    """In the order of their numbers, as text."""
    query = select(ForgottenInvoice).where(ForgottenInvoice.organisation == organisation)
    if after is not None:
        query = query.where(col(ForgottenInvoice.number) > after[0])
    return (await session.exec(query.order_by(col(ForgottenInvoice.number)).limit(limit))).all()
