"""Queries on invoices, their numbers and documents; each takes the organisation."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import literal_column, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.billing.invoices.models import Invoice, InvoiceDocument, InvoiceStatus

NUMBER = text("""
    insert into invoice_series as s (organisation, series, year, last, last_issue_date)
    values (:organisation, :series, :year, 1, :today)
    on conflict (organisation, series, year) do update
    set last = s.last + 1, last_issue_date = greatest(s.last_issue_date, excluded.last_issue_date)
    returning last, last_issue_date
""")


@dataclass(frozen=True)
class InvoiceFilter:
    status: InvoiceStatus | None = None
    customer_id: UUID | None = None
    q: str | None = None


async def find_invoice(
    session: AsyncSession, organisation: str, invoice_id: UUID, *, lock: bool = False
) -> Invoice | None:
    query = select(Invoice).where(Invoice.organisation == organisation, Invoice.id == invoice_id)
    return (await session.exec(query.with_for_update() if lock else query)).one_or_none()


async def find_invoice_of_quote(session: AsyncSession, organisation: str, quote_id: UUID) -> Invoice | None:
    query = select(Invoice).where(Invoice.organisation == organisation, Invoice.quote_id == quote_id)
    return (await session.exec(query)).one_or_none()


async def list_invoices(
    session: AsyncSession, organisation: str, wanted: InvoiceFilter, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[Invoice]:
    """Newest first; `q` is looked for anywhere in the number."""
    query = select(Invoice).where(Invoice.organisation == organisation)
    if wanted.status:
        query = query.where(Invoice.status == literal_column(f"'{wanted.status}'"))  # so that an index of some fits
    if wanted.customer_id:
        query = query.where(Invoice.customer_id == wanted.customer_id)
    if wanted.q:
        query = query.where(col(Invoice.number).icontains(wanted.q, autoescape=True))
    if after:
        query = query.where(tuple_(col(Invoice.created_at), col(Invoice.id)) < after)
    query = query.order_by(col(Invoice.created_at).desc(), col(Invoice.id).desc()).limit(limit)
    return list((await session.exec(query)).all())


async def take_number(session: AsyncSession, organisation: str, series: str, today: date) -> tuple[int, date]:
    """The next number of the series in the year of `today`, and the issue date that goes with it.

    The row stays locked until the transaction ends, and a transaction that fails gives its number back: no gap.
    The date never goes back within a series (CGI ann. II 242 nonies A: chronological), even when two
    transactions meet around midnight.
    """
    given = {"organisation": organisation, "series": series, "year": today.year, "today": today}
    last, issue_date = (await (await session.connection()).execute(NUMBER, given)).one()
    return last, issue_date


async def find_document(
    session: AsyncSession, organisation: str, invoice_id: UUID
) -> tuple[str, InvoiceDocument] | None:
    """With the number of its invoice, which was issued before anything was printed."""
    query = (
        select(Invoice.number, InvoiceDocument)
        .select_from(InvoiceDocument)
        .join(Invoice, col(Invoice.id) == InvoiceDocument.invoice_id)
        .where(Invoice.organisation == organisation, InvoiceDocument.invoice_id == invoice_id)
    )
    found = (await session.exec(query)).one_or_none()
    return (found[0] or "", found[1]) if found else None


async def keep_document(session: AsyncSession, document: InvoiceDocument) -> InvoiceDocument:
    """The one that is kept from now on: this one, or the one that came first."""
    statement = insert(InvoiceDocument).values(document.model_dump())
    await session.exec(statement.on_conflict_do_nothing())
    query = select(InvoiceDocument).where(InvoiceDocument.invoice_id == document.invoice_id)
    return (await session.exec(query)).one()
