"""Queries on receivables; each takes the organisation."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped
from sqlalchemy.sql import ColumnElement
from sqlmodel import and_, case, col, func, not_, or_, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.receivable import ReceivableStatus
from services.billing.customers.models import Customer
from services.billing.invoices.models import Invoice
from services.billing.payments.models import Allocation
from services.billing.receivables.models import Receivable, ReceivableDecision
from services.billing.receivables.orders import Order, Place


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
    words: str | None = None


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
    session: AsyncSession,
    organisation: str,
    filters: Filters,
    *,
    order: Order = Order.DUE_DATE,
    after: Place | None,
    limit: int,
) -> list[tuple[Receivable, Customer]]:
    sorted_by = SORTED_BY[order.by]
    place = tuple_(sorted_by, col(Receivable.invoice_id))
    query = (
        select(Receivable, Customer)
        .where(Receivable.organisation == organisation, Customer.id == Receivable.customer_id)
        .where(*_conditions(filters))
        .limit(limit)
    )
    if order.is_backwards:
        query = query.order_by(sorted_by.desc(), col(Receivable.invoice_id).desc())
    else:
        query = query.order_by(sorted_by, col(Receivable.invoice_id))
    if after:
        query = query.where(place < after if order.is_backwards else place > after)
    return list((await session.exec(query)).all())


SORTED_BY: dict[str, Mapped[Any]] = {
    "due_date": col(Receivable.due_date),
    "balance": col(Receivable.balance),
    "number": col(Receivable.number),
    "customer": col(Customer.name),
}


async def totals(
    session: AsyncSession, organisation: str, filters: Filters
) -> Sequence[tuple[str, int, Decimal, Decimal]]:
    """Of each currency: how many, their balance, and what of it is overdue."""
    overdue = is_overdue_on(filters.today)
    query = (
        select(
            Receivable.currency,
            func.count(),
            func.sum(col(Receivable.balance)),
            func.sum(case((overdue, Receivable.balance), else_=Decimal(0))),
        )
        .where(Receivable.organisation == organisation, Customer.id == Receivable.customer_id)
        .where(*_conditions(filters))
        .group_by(col(Receivable.currency))
        .order_by(col(Receivable.currency))
    )
    return (await session.exec(query)).all()


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
    is_overdue = is_overdue_on(asked.today)
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
    if asked.words is not None:
        yield or_(
            col(Receivable.number).icontains(asked.words, autoescape=True),
            col(Customer.name).icontains(asked.words, autoescape=True),
        )


def is_overdue_on(today: date) -> ColumnElement[bool]:
    return and_(col(Receivable.status) == ReceivableStatus.OPEN, col(Receivable.due_date) < today)
