"""A portfolio of receivables as three years leave it behind, written straight into billing's tables.

Most are settled: of a million about 52,000 are open, 20,000 customers, two currencies. The invoices themselves are left
out, since what is measured does not read them; so the foreign keys are not checked while loading.
"""

from datetime import date

import asyncpg

CUSTOMERS = """
    insert into customers (id, organisation, name, kind, language, address, payment_terms_days, created_at, changed_at)
    select md5($1 || 'customer' || i)::uuid, $1, 'Customer ' || i, 'professional', 'fr',
        '{"lines": ["12 rue des Lilas"], "postal_code": "69003", "city": "Lyon", "country": "FR"}', 30, now(), now()
    from generate_series(1, $2::int) i
"""
RECEIVABLES = """
    insert into receivables (invoice_id, organisation, customer_id, number, issue_date, due_date, currency, total,
        balance, waived, status, version, changed_at)
    select md5($1 || 'invoice' || i)::uuid, $1, md5($1 || 'customer' || 1 + i::bigint * 7919 % $3::int)::uuid,
        'F-' || extract(year from issued) || '-' || lpad(i::text, 7, '0'), issued, due,
        case when i % 50 = 0 then 'USD' else 'EUR' end, total, case when is_open then total else 0 end, 0,
        case when is_open then 'open' else 'settled' end, 1, now()
    from (
        select *, i::bigint * 31 % 100 < case when due >= $4 then 80 when due >= $4 - 30 then 20
            when due >= $4 - 60 then 10 when due >= $4 - 90 then 5 else 1 end as is_open
        from (
            select i, issued, issued + (array[30, 45, 60])[1 + i % 3] as due,
                (100 + i::bigint * 37 % 5000)::numeric(15, 2) as total
            from (
                select i, $4::date - (($2::int - i)::bigint * 1095 / $2::int)::int as issued
                from generate_series(1, $2::int) i
            ) as numbered
        ) as dated
    ) as shares
"""
DAYS = """
    insert into ageing_days (organisation, currency, due_date, balance, invoices)
    select organisation, currency, due_date, sum(balance), count(*) from receivables
    where organisation = $1 and status = 'open' group by organisation, currency, due_date
"""


async def load(database: asyncpg.Connection, organisation: str, count: int, *, today: date) -> None:
    customers = max(200, count // 50)
    async with database.transaction():
        await database.execute("set local session_replication_role = replica")
        await database.execute(CUSTOMERS, organisation, customers)
        await database.execute(RECEIVABLES, organisation, count, customers, today, timeout=600)
        await database.execute(DAYS, organisation, timeout=60)  # the trigger that moves them was passed over too
