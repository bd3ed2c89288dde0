"""How customers stand, read from the index of what is open; the query takes the organisation."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.billing.payments.store import with_watermark

STANDINGS = text("""
    select customer_id, currency, sum(balance) as balance,
        coalesce(sum(balance) filter (where due_date < cast(:today as date)), 0.00) as overdue,
        count(*) filter (where due_date < cast(:today as date)) as overdue_invoices,
        greatest(cast(:today as date) - min(due_date), 0) as days_late
    from receivables
    where organisation = :organisation and status = 'open' and customer_id = any(cast(:customers as uuid[]))
    group by customer_id, currency
    order by customer_id, currency
""")


async def standings(
    session: AsyncSession, organisation: str, today: date, customers: Collection[UUID]
) -> tuple[datetime, list[dict[str, Any]]]:
    """How fresh the balances are, and a row for each customer and currency in which something is open."""
    asked = {"organisation": organisation, "today": today, "customers": list(customers)}
    return await with_watermark(session, STANDINGS, asked, order="customer_id, currency")
