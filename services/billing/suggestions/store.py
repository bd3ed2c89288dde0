"""Which open invoices the rest of a payment may belong to; the query takes the organisation."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

NAMESAKES = 50
"""As many customers are looked at whose name has the payer's in it."""
SUGGESTIONS = text("""
    with wanted as (
        select payment_id, unallocated, currency, customer_id,
            case when length(payer_name) >= 3
                then '%' || regexp_replace(lower(payer_name), '([%_\\\\])', '\\\\\\1', 'g') || '%' end as payer
        from payments
        where organisation = :organisation and payment_id = any(cast(:payments as text[])) and unallocated > 0
    ), found as (
        select wanted.payment_id, same.invoice_id from wanted cross join lateral (
            select invoice_id from receivables r
            where r.organisation = :organisation and r.status = 'open' and r.balance = wanted.unallocated
                and r.currency = wanted.currency
            order by r.due_date, r.invoice_id limit :each
        ) as same
        union
        select wanted.payment_id, theirs.invoice_id from wanted cross join lateral (
            select invoice_id from receivables r
            where r.organisation = :organisation and r.status = 'open' and r.customer_id = wanted.customer_id
                and r.currency = wanted.currency
            order by r.balance <> wanted.unallocated, r.due_date, r.invoice_id limit :each
        ) as theirs
        union
        select wanted.payment_id, named.invoice_id from wanted cross join lateral (
            select invoice_id from receivables r
            where r.organisation = :organisation and r.status = 'open' and r.currency = wanted.currency
                and r.customer_id = any(array(
                    select id from customers where organisation = :organisation and lower(name) like wanted.payer
                    order by name, id limit :namesakes
                ))
            order by r.balance <> wanted.unallocated, r.due_date, r.invoice_id limit :each
        ) as named
    ), weighed as (
        select payment_id, invoice_id, r.number, r.customer_id, c.name as customer_name, r.due_date, r.balance,
            array_remove(array[
                case when r.customer_id = wanted.customer_id then 'same_customer' end,
                case when r.balance = wanted.unallocated then 'same_amount' end,
                case when lower(c.name) like wanted.payer then 'payer_name' end
            ], null) as because
        from found join wanted using (payment_id)
        join receivables r using (invoice_id) join customers c on c.id = r.customer_id
    ), ranked as (
        select *, row_number() over (
            partition by payment_id order by cardinality(because) desc, due_date, invoice_id
        ) as place
        from weighed
    )
    select * from ranked where place <= :each order by payment_id, place
""")


async def suggestions(
    session: AsyncSession, organisation: str, payments: Collection[str], *, each: int
) -> list[dict[str, Any]]:
    """At most `each` for a payment, the best first.

    The best `each` of each way to find one have the best of all among them: within a way, those of the very
    amount come first, and the invoices of one customer have its other reasons in common.
    """
    asked = {"organisation": organisation, "payments": list(payments), "each": each, "namesakes": NAMESAKES}
    rows = await (await session.connection()).execute(SUGGESTIONS, asked)
    return [dict(row) for row in rows.mappings().all()]
