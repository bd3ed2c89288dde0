"""Queries on receivables; each takes the organisation."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.sql import ColumnElement
from sqlmodel import and_, col, not_, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.receivable import ReceivableStatus
from services.billing.customers.models import Customer
from services.billing.invoices.models import Invoice
from services.billing.payments.models import Allocation
from services.billing.receivables.models import Receivable, ReceivableDecision


@dataclass(frozen=True)
class Filters:
    """What is asked of a list on the day `today`; None asks nothing. Amounts are of the balance."""

    today: date
    is_overdue: bool | None = None
    due_from: date | None = None
    due_until: date | None = None
    customer_id: UUID | None = None
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    status: ReceivableStatus | None = None
    number: str | None = None


async def lock(session: AsyncSession, organisation: str, invoice_ids: Collection[UUID]) -> list[Receivable]:
    """The rows as they are now, locked in the order of their ids: whoever locks several never waits in a circle."""
    query = (
        select(Receivable)
        .where(Receivable.organisation == organisation, col(Receivable.invoice_id).in_(invoice_ids))
        .order_by(col(Receivable.invoice_id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return list((await session.exec(query)).all())


async def named(session: AsyncSession, organisation: str, numbers: Collection[str]) -> Sequence[Receivable]:
    query = select(Receivable).where(Receivable.organisation == organisation, col(Receivable.number).in_(numbers))
    return (await session.exec(query.order_by(col(Receivable.number)))).all()


async def find(
    session: AsyncSession, organisation: str, invoice_id: UUID
) -> tuple[Receivable, Customer, Invoice] | None:
    query = (
        select(Receivable, Customer, Invoice)
        .where(Receivable.organisation == organisation, Receivable.invoice_id == invoice_id)
        .where(Customer.id == Receivable.customer_id, Invoice.id == Receivable.invoice_id)
    )
    return (await session.exec(query)).one_or_none()


async def page(
    session: AsyncSession, organisation: str, filters: Filters, *, after: tuple[date, UUID] | None, limit: int
) -> list[tuple[Receivable, Customer]]:
    """Those due first come first."""
    query = (
        select(Receivable, Customer)
        .where(Receivable.organisation == organisation, Customer.id == Receivable.customer_id)
        .where(*_conditions(filters))
        .order_by(col(Receivable.due_date), col(Receivable.invoice_id))
        .limit(limit)
    )
    if after:
        place = tuple_(col(Receivable.due_date), col(Receivable.invoice_id))
        query = query.where(place > after)
    return list((await session.exec(query)).all())


async def history(
    session: AsyncSession, organisation: str, invoice_id: UUID
) -> tuple[Sequence[Allocation], Sequence[ReceivableDecision]]:
    movements = (
        select(Allocation)
        .where(Allocation.organisation == organisation, Allocation.invoice_id == invoice_id)
        .order_by(col(Allocation.position))
    )
    decisions = (
        select(ReceivableDecision)
        .where(ReceivableDecision.organisation == organisation, ReceivableDecision.invoice_id == invoice_id)
        .order_by(col(ReceivableDecision.position))
    )
    return (await session.exec(movements)).all(), (await session.exec(decisions)).all()


def _conditions(asked: Filters) -> Iterator[ColumnElement[bool]]:
    is_overdue = and_(col(Receivable.status) == ReceivableStatus.OPEN, col(Receivable.due_date) < asked.today)
    if asked.is_overdue is not None:
        yield is_overdue if asked.is_overdue else not_(is_overdue)
    if asked.due_from is not None:
        yield col(Receivable.due_date) >= asked.due_from
    if asked.due_until is not None:
        yield col(Receivable.due_date) <= asked.due_until
    if asked.customer_id is not None:
        yield col(Receivable.customer_id) == asked.customer_id
    if asked.min_amount is not None:
        yield col(Receivable.balance) >= asked.min_amount
    if asked.max_amount is not None:
        yield col(Receivable.balance) <= asked.max_amount
    if asked.status is not None:
        yield col(Receivable.status) == asked.status
    if asked.number is not None:
        yield col(Receivable.number).icontains(asked.number, autoescape=True)
