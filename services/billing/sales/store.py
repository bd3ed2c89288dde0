"""Queries on what was invoiced; each takes the organisation, but for the counting, which serves all of them."""

from datetime import date
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.billing.sales.models import SalesDay, SalesMovement

DAYS, MOVEMENTS = SalesDay.__tablename__, SalesMovement.__tablename__
SOLD = f"""
    select currency, issue_date, total, invoices from {DAYS} where organisation = :organisation
    union all
    select currency, issue_date, total, invoices from {MOVEMENTS} where organisation = :organisation
"""  # noqa: S608 (our own text)
OUTSTANDING = text(f"""
    with owed as (
        select currency, sum(balance) as balance from (
            select currency, balance, invoices from ageing_days where organisation = :organisation
            union all
            select currency, balance, invoices from ageing_movements where organisation = :organisation
        ) as days group by currency having sum(invoices) <> 0
    ), sold as (
        select currency, sum(total) as invoiced from ({SOLD}) as days
        where issue_date between :first and :last group by currency having sum(invoices) <> 0
    )
    select currency, coalesce(balance, 0.00) as balance, coalesce(invoiced, 0.00) as invoiced
    from owed full join sold using (currency) order by currency
""")  # noqa: S608 (our own text)
ISSUED = text(f"""
    select currency, cast(sum(invoices) as bigint) as invoices from ({SOLD}) as days
    group by currency having sum(invoices) <> 0
""")  # noqa: S608 (our own text)
COUNT_IN = text("""
    with counted as (
        delete from sales_movements
        where position in (select position from sales_movements order by position limit :batch)
        returning organisation, currency, issue_date, total, invoices
    ), added as (
        insert into sales_days (organisation, currency, issue_date, total, invoices)
        select organisation, currency, issue_date, sum(total), sum(invoices) from counted
        group by organisation, currency, issue_date
        on conflict (organisation, currency, issue_date) do update
        set total = sales_days.total + excluded.total, invoices = sales_days.invoices + excluded.invoices
    )
    select count(*) from counted
""")


async def outstanding(session: AsyncSession, organisation: str, *, first: date, last: date) -> list[dict[str, Any]]:
    """Of each currency: what is open now, and what was invoiced from the first day to the last."""
    given = {"organisation": organisation, "first": first, "last": last}
    rows = await (await session.connection()).execute(OUTSTANDING, given)
    return [dict(row) for row in rows.mappings()]


async def issued(session: AsyncSession, organisation: str) -> dict[str, int]:
    """How many invoices were ever issued in each currency."""
    rows = await (await session.connection()).execute(ISSUED, {"organisation": organisation})
    return {row["currency"]: row["invoices"] for row in rows.mappings()}


async def count_in(session: AsyncSession, *, batch: int) -> int:
    """Add at most `batch` movements to their days; how many there were. Whoever calls holds the lock of counting."""
    counted = await (await session.connection()).execute(COUNT_IN, {"batch": batch})
    return int(counted.scalar_one())
