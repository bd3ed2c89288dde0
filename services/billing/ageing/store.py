"""Queries on what is open by age; each takes the organisation, but for the counting, which serves all of them."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import delete
from sqlmodel.ext.asyncio.session import AsyncSession

from services.billing.ageing.models import IS_EMPTY, AgeingDay
from services.billing.payments.store import with_watermark

COUNTING_LOCK = 7_205_759_405

AGES = """
    coalesce(sum(balance) filter (where due_date >= :today), 0.00) as not_due,
    coalesce(sum(balance) filter (where due_date < :today and due_date >= :thirty), 0.00) as days_1_to_30,
    coalesce(sum(balance) filter (where due_date < :thirty and due_date >= :sixty), 0.00) as days_31_to_60,
    coalesce(sum(balance) filter (where due_date < :sixty and due_date >= :ninety), 0.00) as days_61_to_90,
    coalesce(sum(balance) filter (where due_date < :ninety), 0.00) as days_over_90,
    sum(balance) as total
"""
TOTALS = text(f"""
    select currency, {AGES}, cast(sum(invoices) as bigint) as invoices
    from (
        select currency, due_date, balance, invoices from ageing_days where organisation = :organisation
        union all
        select currency, due_date, balance, invoices from ageing_movements where organisation = :organisation
    ) as days
    group by currency having sum(invoices) <> 0 order by currency
""")  # noqa: S608 (our own text)
OF_CUSTOMERS = """
    select owed.*, name as customer_name
    from (
        select customer_id, currency, {ages}, count(*) as invoices
        from receivables where organisation = :organisation and status = 'open' {conditions}
        group by customer_id, currency order by customer_id, currency limit :limit
    ) as owed
    join customers on customers.id = customer_id order by customer_id, currency
"""
COUNT_IN = text("""
    with counted as (
        delete from ageing_movements
        where position in (select position from ageing_movements order by position limit :batch)
        returning organisation, currency, due_date, balance, invoices
    ), added as (
        insert into ageing_days (organisation, currency, due_date, balance, invoices)
        select organisation, currency, due_date, sum(balance), sum(invoices) from counted
        group by organisation, currency, due_date
        on conflict (organisation, currency, due_date) do update
        set balance = ageing_days.balance + excluded.balance, invoices = ageing_days.invoices + excluded.invoices
    )
    select count(*) from counted
""")


async def totals(session: AsyncSession, organisation: str, today: date) -> tuple[datetime, list[dict[str, Any]]]:
    """How fresh the balances are, and the amounts of each currency.

    One query, so that a movement is seen either by itself or in its day.
    """
    return await with_watermark(session, TOTALS, {"organisation": organisation, **_limits(today)}, order="currency")


async def of_customers(
    session: AsyncSession,
    organisation: str,
    today: date,
    *,
    customer_id: UUID | None,
    after: tuple[UUID, str] | None,
    limit: int,
) -> tuple[datetime, list[dict[str, Any]]]:
    """How fresh the balances are, and those who owe something: read from an index of what is open."""
    parameters: dict[str, object] = {"organisation": organisation, "limit": limit, **_limits(today)}
    conditions = ""
    if customer_id:
        conditions += " and customer_id = :customer_id"
        parameters["customer_id"] = customer_id
    if after:
        conditions += " and (customer_id, currency) > (:after_id, :after_currency)"
        parameters["after_id"], parameters["after_currency"] = after
    query = text(OF_CUSTOMERS.format(ages=AGES, conditions=conditions))
    return await with_watermark(session, query, parameters, order="customer_id, currency")


async def count_in(session: AsyncSession, *, batch: int) -> int:
    """Add at most `batch` movements to their days; how many there were. One at a time for each database."""
    connection = await session.connection()
    lock = await connection.execute(text("select pg_try_advisory_xact_lock(:key)"), {"key": COUNTING_LOCK})
    if not lock.scalar_one():
        return 0
    counted = await connection.execute(COUNT_IN, {"batch": batch})
    await session.exec(delete(AgeingDay).where(IS_EMPTY))
    return int(counted.scalar_one())


def _limits(today: date) -> dict[str, object]:
    days = {"today": 0, "thirty": 30, "sixty": 60, "ninety": 90}
    return {name: today - timedelta(days=number) for name, number in days.items()}
