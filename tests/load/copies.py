"""Many invoices out of one that was issued over HTTP, as issuing writes them: rows of billing, and the fact of each.

What follows from the fact is real: dunning opens a case and starts a workflow for each.
"""

from dataclasses import dataclass

import asyncpg

from contracts.events import InvoiceIssued
from deploy.local.player import Issued

AT_ONCE = 1000
SERIES = "alter table invoice_series"
WRITE_TIMEOUT_S = 300.0

COPY = """
WITH one AS (SELECT * FROM invoices WHERE id = $1),
copies AS (
    SELECT (last + n)::int AS sequence, md5('invoice ' || (last + n))::uuid AS id,
        md5('customer ' || last || ' ' || (n - 1) / $3)::uuid AS customer_id,
        regexp_replace(
            one.number, '[0-9]+$', lpad((last + n)::text, greatest(5, length((last + n)::text)), '0')) AS number
    FROM one JOIN invoice_series USING (organisation, series, year), generate_series(1, $2::int) AS n
),
counted AS (
    UPDATE invoice_series SET last = last + $2 FROM one
    WHERE invoice_series.organisation = one.organisation AND invoice_series.series = one.series
        AND invoice_series.year = one.year
),
buyers AS (
    INSERT INTO customers SELECT (jsonb_populate_record(customers, jsonb_build_object('id', c.id))).*
    FROM one JOIN customers ON customers.id = one.customer_id, (SELECT DISTINCT customer_id AS id FROM copies) AS c
),
issued AS (
    INSERT INTO invoices SELECT (jsonb_populate_record(invoices, to_jsonb(copies))).*
    FROM invoices, copies WHERE invoices.id = $1
),
owed AS (
    INSERT INTO receivables SELECT (jsonb_populate_record(
        receivables, to_jsonb(copies) || jsonb_build_object('invoice_id', copies.id))).*
    FROM receivables, copies WHERE receivables.invoice_id = $1
),
drawn AS (
    INSERT INTO invoice_documents SELECT (jsonb_populate_record(
        invoice_documents, jsonb_build_object('invoice_id', copies.id))).*
    FROM invoice_documents, copies WHERE invoice_documents.invoice_id = $1
),
told AS (
    INSERT INTO outbox (id, subject, body, occurred_at)
    SELECT gen_random_uuid(), $4, jsonb_set(
            $5::jsonb || jsonb_build_object('invoice_id', copies.id, 'number', copies.number),
            '{customer,customer_id}', to_jsonb(copies.customer_id))::text, one.issued_at
    FROM one, copies ORDER BY copies.sequence
)
SELECT id, number FROM copies ORDER BY sequence
"""


@dataclass(frozen=True)
class Copier:
    """`address` is that of billing's database, for asyncpg."""

    address: str

    async def copy(self, one: Issued, told: InvoiceIssued, count: int, *, per_customer: int) -> list[Issued]:
        """`told` is the fact of the issue of `one`; so many copies for each customer."""
        database = await asyncpg.connect(self.address)
        found: list[Issued] = []
        try:
            while len(found) < count:
                group = min(AT_ONCE, count - len(found))
                asked = (one.invoice_id, group, per_customer, told.type, told.model_dump_json())
                async with database.transaction():
                    await database.execute(f"{SERIES} disable trigger user")  # it lets numbers go up one by one
                    rows = await database.fetch(COPY, *asked, timeout=WRITE_TIMEOUT_S)
                    await database.execute(f"{SERIES} enable trigger user")
                found += [Issued(str(row["id"]), row["number"], one.total, one.currency) for row in rows]
        finally:
            await database.close()
        return found
