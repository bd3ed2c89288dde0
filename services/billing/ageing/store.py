"""Queries on what is open by age; each takes the organisation, but for the counting, which serves all of them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import delete
from sqlmodel.ext.asyncio.session import AsyncSession

from services.billing.ageing.models import IS_EMPTY, AgeingDay
from services.billing.ageing.ranking import Ranking
from services.billing.payments.store import with_watermark

Rank = tuple[Decimal, UUID, str]
"""Where a page of a ranking ends: the amount, and which customer and currency where two are the same."""
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
OF_DAYS = text("""
    select currency, cast(sum(invoices) as bigint) as count, sum(balance) as balance,
        coalesce(sum(balance) filter (where due_date < :today), 0.00) as overdue
    from (
        select currency, due_date, balance, invoices from ageing_days where organisation = :organisation
        union all
        select currency, due_date, balance, invoices from ageing_movements where organisation = :organisation
    ) as days
    where due_date between :due_from and :due_until
    group by currency having sum(invoices) <> 0 order by currency
""")
OF_CUSTOMERS = """
    select owed.*, name as customer_name
    from (
        select customer_id, currency, {ages}, count(*) as invoices
        from receivables where organisation = :organisation and status = 'open' {conditions}
        group by customer_id, currency order by customer_id, currency limit :limit
    ) as owed
    join customers on customers.id = customer_id order by customer_id, currency
"""
RANKED = """
    select owed.*, name as customer_name
    from (
        select * from (
            select customer_id, currency, {ages}, count(*) as invoices,
                coalesce(sum(balance) filter (where due_date < :today), 0.00) as overdue
            from receivables where organisation = :organisation and status = 'open' {conditions}
            group by customer_id, currency
        ) as summed
        where {by} > 0 {after} order by {by} desc, customer_id, currency limit :limit
    ) as owed
    join customers on customers.id = customer_id order by {by} desc, customer_id, currency
"""
AFTER = """and ({by} < :after_amount
    or ({by} = :after_amount and (customer_id, currency) > (:after_id, :after_currency)))"""
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


async def ranked_customers(
    session: AsyncSession,
    organisation: str,
    today: date,
    *,
    ranking: Ranking,
    customer_id: UUID | None,
    after: Rank | None,
    limit: int,
) -> tuple[datetime, list[dict[str, Any]]]:
    """How fresh the balances are, and those who owe most: all that is open is summed, from an index, for each page."""
    by = ranking.removeprefix("-")
    parameters: dict[str, object] = {"organisation": organisation, "limit": limit, **_limits(today)}
    if customer_id:
        parameters["customer_id"] = customer_id
    if after:
        parameters["after_amount"], parameters["after_id"], parameters["after_currency"] = after
    query = RANKED.format(
        ages=AGES,
        conditions="and customer_id = :customer_id" if customer_id else "",
        by=by,
        after=AFTER.format(by=by) if after else "",
    )
    return await with_watermark(session, text(query), parameters, order=f"{by} desc, customer_id, currency")


async def open_totals(
    session: AsyncSession, organisation: str, today: date, *, due_from: date | None, due_until: date | None
) -> list[dict[str, Any]]:
    """Of each currency, what is open and due between the days: `count`, `balance`, and what of it is `overdue`."""
    given = {"organisation": organisation, "today": today}
    given |= {"due_from": due_from or date.min, "due_until": due_until or date.max}
    rows = await (await session.connection()).execute(OF_DAYS, given)
    return [dict(row) for row in rows.mappings()]


async def may_count(session: AsyncSession) -> bool:
    """Whether nobody else counts in this database until the transaction ends."""
    connection = await session.connection()
    lock = await connection.execute(text("select pg_try_advisory_xact_lock(:key)"), {"key": COUNTING_LOCK})
    return bool(lock.scalar_one())


async def count_in(session: AsyncSession, *, batch: int) -> int:
    """Add at most `batch` movements to their days; how many there were. Whoever calls holds the lock of counting."""
    connection = await session.connection()
    counted = await connection.execute(COUNT_IN, {"batch": batch})
    await session.exec(delete(AgeingDay).where(IS_EMPTY))
    return int(counted.scalar_one())


def _limits(today: date) -> dict[str, object]:
    days = {"today": 0, "thirty": 30, "sixty": 60, "ninety": 90}
    return {name: today - timedelta(days=number) for name, number in days.items()}
