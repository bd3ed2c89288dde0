"""Queries on receivables; each takes the organisation."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import and_, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.billing.ageing import store as ageing
from services.billing.customers.models import Customer
from services.billing.invoices.models import Invoice
from services.billing.payments.models import Allocation, PaymentReversal
from services.billing.payments.store import AS_OF, with_watermark
from services.billing.receivables import listing
from services.billing.receivables.listing import Filters, Found, Row
from services.billing.receivables.models import Receivable, ReceivableDecision
from services.billing.receivables.orders import Order, Place
from services.billing.sales import store as sales
from services.billing.sellers.models import SellerIdentity

SUMMED_AT_MOST = 100_000
NAMED_AT_MOST = 500
CUSTOMERS = text("select id from customers where organisation = :organisation and lower(name) like :words limit :most")
NUMBERS = text("""
    select invoice_id from receivables where organisation = :organisation and lower(number) like :words limit :most
""")


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


@dataclass(frozen=True)
class FoundReceivable:
    """A receivable with both parties as they are today; `seller` is None until the organisation has set it.

    `as_of` is read by the same query: all that it speaks of is in the balance.
    """

    receivable: Receivable
    customer: Customer
    order_reference: str | None
    seller: SellerIdentity | None
    as_of: datetime


async def find(session: AsyncSession, organisation: str, invoice_id: UUID) -> FoundReceivable | None:
    query: Any = (  # of more columns than SQLModel has types for
        select(Receivable, Customer, Invoice.order_reference, SellerIdentity)
        .add_columns(AS_OF)
        .join(Customer, col(Customer.id) == Receivable.customer_id)
        .join(Invoice, col(Invoice.id) == Receivable.invoice_id)
        .outerjoin(SellerIdentity, col(SellerIdentity.organisation) == Receivable.organisation)
        .where(col(Receivable.organisation) == organisation, col(Receivable.invoice_id) == invoice_id)
    )
    found = (await session.exec(query)).one_or_none()
    return FoundReceivable(*found) if found else None


async def page(
    session: AsyncSession,
    organisation: str,
    filters: Filters,
    *,
    order: Order = Order.DUE_DATE,
    after: Place | None,
    limit: int,
) -> tuple[datetime, Sequence[Row]]:
    """How fresh the balances are, and the receivables with their customers."""
    filters = await searched(session, organisation, filters)
    given = listing.parameters(filters) | {"organisation": organisation, "limit": limit}
    if after:
        given["after"], given["after_id"] = after
    query = text(listing.page(filters, order, after))
    return await with_watermark(session, query, given, order=listing.ordered_by(order))


async def searched(session: AsyncSession, organisation: str, filters: Filters) -> Filters:
    """With what the words fit, unless that is very much.

    Little that fits is gathered and sorted; much is met soon along the index of an order. Which of both it is, no
    planner can tell of a part of a word.
    """
    if filters.words is None:
        return filters
    given = {"organisation": organisation, "words": listing.pattern(filters.words), "most": NAMED_AT_MOST + 1}
    connection = await session.connection()
    customers: Sequence[UUID] = (await connection.execute(CUSTOMERS, given)).scalars().all()
    if len(customers) > NAMED_AT_MOST:
        return filters
    invoices: Sequence[UUID] = (await connection.execute(NUMBERS, given)).scalars().all()
    if len(invoices) > NAMED_AT_MOST:
        return filters
    return replace(filters, words=None, found=Found(customers, invoices))


async def totals(
    session: AsyncSession, organisation: str, filters: Filters, *, most: int = SUMMED_AT_MOST
) -> tuple[list[dict[str, Any]], bool]:
    """Of each currency: how many, their balance, and what of it is overdue; and whether that is all.

    What is open is counted by day. Whatever else is asked is summed, as far as `most` receivables go.
    """
    if filters.is_of_everything or (filters.is_of_days and filters.is_of_what_is_open):
        return await _counted(session, organisation, filters), True
    filters = await searched(session, organisation, filters)
    query = text(f"""
        select currency, count(*) as count, sum(balance) as balance,
            coalesce(sum(balance) filter (where is_late), 0.00) as overdue
        from (
            select r.currency, r.balance, {listing.IS_LATE} as is_late
            from receivables r where r.organisation = :organisation {listing.conditions(filters)} limit :most
        ) as summed
        group by currency order by currency
    """)  # noqa: S608 (our own text)
    given = listing.parameters(filters) | {"organisation": organisation, "most": most + 1}
    found = await (await session.connection()).execute(query, given)
    rows = [dict(row) for row in found.mappings()]
    return rows, sum(row["count"] for row in rows) <= most


async def _counted(session: AsyncSession, organisation: str, filters: Filters) -> list[dict[str, Any]]:
    """Of what is open, or of everything: what is closed has no balance, and is counted among what was issued."""
    today = filters.today
    first = today if filters.is_overdue is False else date.min
    last = today - timedelta(days=1) if filters.is_overdue else date.max
    rows = await ageing.open_totals(
        session,
        organisation,
        today,
        due_from=max(filters.due_from or date.min, first),
        due_until=min(filters.due_until or date.max, last),
    )
    if not filters.is_of_everything:
        return rows
    open_ones = {row["currency"]: row for row in rows}
    nothing = {"balance": Decimal("0.00"), "overdue": Decimal("0.00")}
    issued = await sales.issued(session, organisation)
    return [{"currency": each, **nothing, **open_ones.get(each, {}), "count": issued[each]} for each in sorted(issued)]


async def history(
    session: AsyncSession, organisation: str, invoice_id: UUID
) -> tuple[Sequence[tuple[Allocation, PaymentReversal | None]], Sequence[ReceivableDecision]]:
    """What payments brought and took back, each with the reversal of its payment; and what people decided."""
    is_of_it = and_(
        col(PaymentReversal.organisation) == col(Allocation.organisation),
        col(PaymentReversal.payment_id) == col(Allocation.payment_id),
    )
    movements = (
        select(Allocation, PaymentReversal)
        .outerjoin(PaymentReversal, is_of_it)
        .where(Allocation.organisation == organisation, Allocation.invoice_id == invoice_id)
        .order_by(col(Allocation.position))
    )
    decisions = (
        select(ReceivableDecision)
        .where(ReceivableDecision.organisation == organisation, ReceivableDecision.invoice_id == invoice_id)
        .order_by(col(ReceivableDecision.position))
    )
    return (await session.exec(movements)).all(), (await session.exec(decisions)).all()
