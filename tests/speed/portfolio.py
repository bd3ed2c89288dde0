"""What some years of a company leave behind, written straight into the databases of the services.

Every third of the customers is a professional with a name as long as names get; a few have hundreds of invoices, most
have some. Of the invoices whose due date is to come most are open, of those long past it few. Each has a case with its
journal; those that are late were written to, some were called, some got a letter; those that are settled were paid.
Foreign keys and triggers are passed over while loading, what triggers would have counted is counted at the end.
"""

from collections.abc import Mapping
from datetime import date

import asyncpg

SPREAD = """
    create temporary table spread as
    select *, i::bigint * 31 % 100 < case when due >= $2 then 80 when due >= $2 - 30 then 35 when due >= $2 - 60 then 15
        when due >= $2 - 90 then 8 else 3 end as is_open, md5($1 || 'invoice' || i)::uuid as invoice_id,
        md5($1 || 'customer' || customer)::uuid as customer_id, md5($1 || 'case' || i)::uuid as case_id,
        'F-' || extract(year from issued) || '-' || 1000000 + i as number, 'BANK-' || i as payment_id,
        (array['Garage Lefèvre', 'Café du Port', 'Société d''Exploitation des Établissements Vandenberghe-Lemaître'])
            [1 + customer % 3] || ' ' || customer as customer_name,
        case when i % 50 = 0 then 'USD' else 'EUR' end as currency, i % 100 = 99 as is_unallocated
    from (
        select i, issued, issued + (array[30, 45, 60])[1 + i % 3] as due, greatest(0, $2 - issued) as age,
            1 + floor($4::int * power((i::bigint * 7919 % 99991) / 99991.0, 2))::int as customer,
            (100 + i::bigint * 37 % 5000)::numeric(15, 2) as total
        from (select i, $2::date - (($3::int - i)::bigint * 1095 / $3::int)::int as issued
              from generate_series(1, $3::int) i) as numbered
    ) as dated
"""
REMINDERS = """
    create temporary table reminders as
    select key, days from (values ('first-reminder', 7), ('second-reminder', 14), ('third-reminder', 30))
        as reminder (key, days)
"""
BILLING = (
    """
    insert into customers (id, organisation, name, kind, language, address, email, phone, payment_terms_days,
        created_at, changed_at)
    select customer_id, $1, customer_name, 'professional',
        case when customer % 5 = 0 then 'en' else 'fr' end,
        '{"lines": ["12 rue des Lilas"], "postal_code": "69003", "city": "Lyon", "country": "FR"}',
        'compta-' || customer || '@client.example', '+33 3 85 00 00 00', 30,
        now() - customer * interval '1 minute', now()
    from (select distinct customer, customer_id, customer_name from spread) as each
    """,
    """
    insert into invoices select (jsonb_populate_record(model, jsonb_build_object(
        'id', invoice_id, 'customer_id', customer_id, 'number', number,
        'year', extract(year from issued), 'sequence', 1000000 + i, 'issue_date', issued, 'due_date', due,
        'total', total,
        'total_without_vat', total, 'total_vat', 0, 'created_at', issued::timestamptz,
        'issued_at', issued + interval '9 hours'))).*
    from spread, (select invoices as model from invoices where organisation = $1 and number is not null limit 1) as one
    """,
    """
    insert into invoices select (jsonb_populate_record(model, jsonb_build_object(
        'id', md5($1 || 'draft' || i)::uuid, 'customer_id', customer_id, 'created_at', now()))).*
    from spread, (select invoices as model from invoices where organisation = $1 and number is null limit 1) as one
    where i % 500 = 0
    """,
    """
    insert into receivables (invoice_id, organisation, customer_id, number, issue_date, due_date, currency, total,
        balance, waived, status, version, changed_at)
    select invoice_id, $1, customer_id, number, issued, due,
        currency, total, case when is_open then total else 0 end, 0,
        case when is_open then 'open' when i % 97 = 0 then 'written_off' when i % 41 = 0 then 'credited' else 'settled'
        end, 1, now()
    from spread
    """,
    """
    insert into payments (organisation, payment_id, status, fingerprint, amount, currency, received_on, method,
        invoice_number, payer_name, invoice_id, customer_id, unallocated, reason, recorded_at)
    select $1, payment_id, case when is_unallocated then 'unallocated' else 'applied' end, 'f' || i, total,
        currency, issued + 20, (array['transfer', 'cheque', 'card'])[1 + i % 3],
        case when is_unallocated then null else number end,
        customer_name, case when is_unallocated then null else invoice_id end,
        case when is_unallocated then null else customer_id end, case when is_unallocated then total else 0 end,
        case when is_unallocated then 'no_invoice' end, issued + interval '20 days 9 hours'
    from spread where not is_open
    """,
    """
    insert into allocations (organisation, payment_id, invoice_id, amount, cause, made_by, made_at)
    select $1, payment_id, invoice_id, total, 'received', 'bank', issued + interval '20 days 9 hours'
    from spread where not is_open and not is_unallocated
    """,
    """
    insert into customer_comments (id, organisation, customer_id, text, written_by, written_by_name, written_at)
    select md5($1 || 'comment' || i)::uuid, $1, customer_id, 'Anne (comptabilité) rappelle le mardi.', 'lea', 'Léa',
        issued + interval '35 days'
    from spread where i % 10 = 0
    """,
    """
    insert into ageing_days (organisation, currency, due_date, balance, invoices)
    select organisation, currency, due_date, sum(balance), count(*) from receivables
    where organisation = $1 and status = 'open' group by organisation, currency, due_date
    on conflict do nothing
    """,
    """
    insert into sales_days (organisation, currency, issue_date, total, invoices)
    select organisation, currency, issue_date, sum(total), count(*) from receivables
    where organisation = $1 group by organisation, currency, issue_date
    on conflict do nothing
    """,
)
DUNNING = (
    """
    insert into cases (id, organisation, invoice_id, customer_id, number, due_date, total, balance, currency,
        receivable_status, receivable_version, scenario, version, state, run, revision, steered, done, asked,
        next_moment, closing_reason, closing_note, created_at, opened_at, closed_at)
    select case_id, $1, invoice_id, customer_id, number, due, total, case when is_open then total else 0 end,
        currency, case when is_open then 'open' else 'settled' end, 1,
        'standard', 1, case when not is_open then 'closed' when i % 20 = 0 then 'paused'
        when due + 7 > current_date then 'scheduled' else 'active' end, 1, 0, 0, '[]', '[]',
        case when is_open then due + interval '7 days 9 hours' end, case when not is_open then 'settled' end, '',
        issued + interval '9 hours', issued + interval '9 hours',
        case when not is_open then issued + interval '20 days' end
    from spread
    """,
    """
    insert into decisions (organisation, case_id, invoice_id, customer_id, number, scenario, version, outcome, reason,
        detail, answers, evidence, author, decided_at)
    select $1, case_id, invoice_id, customer_id, number, 'standard', 1, 'opened', 'rule', '', '[]', '{}', 'dunning',
        issued + interval '9 hours'
    from spread order by i
    """,
    """
    insert into decisions (organisation, case_id, invoice_id, customer_id, number, scenario, version, turn_id, step,
        occurrence, planned_for, outcome, reason, detail, answers, balance, currency, as_of, evidence, author,
        decided_at)
    select $1, case_id, invoice_id, customer_id, number, 'standard', 1,
        md5($1 || 'turn' || i || step.key)::uuid, step.key, 1,
        due + step.days + interval '9 hours', 'carried_out', 'due', '', '[]', total, 'EUR', due + step.days,
        '{"recipient": "compta@client.example", "relay": "250 queued"}', 'dunning', due + step.days
        + interval '9 hours'
    from spread, reminders as step where due + step.days < current_date and (is_open or i % 4 = 0)
    order by due + step.days, i
    """,
    """
    insert into decisions (organisation, case_id, invoice_id, customer_id, number, scenario, version, outcome, reason,
        detail, answers, evidence, author, decided_at)
    select $1, case_id, invoice_id, customer_id, number, 'standard', 1, 'closed', 'settled', '', '[]', '{}', 'dunning',
        issued + interval '20 days'
    from spread where not is_open order by issued, i
    """,
)
NOTIFY = (
    """
    insert into messages (id, organisation, key, template, language, customer_id, invoice_id, reference, recipient,
        recipient_name, message_id, subject, text, html, attachments, requested_at, status, reason, relay_answer,
        sha256, handed_over_at, settled_at)
    select md5($1 || 'message' || i || step.key)::uuid, $1, invoice_id || ':standard:' || step.key || ':1', step.key,
        'fr', customer_id, invoice_id, number, 'compta-' || customer || '@client.example', 'Comptabilité',
        '<' || i || step.key || '@relance>', 'Rappel de la facture F-' || 1000000 + i, repeat('Bonjour. ', 80),
        repeat('<p>Bonjour.</p>', 200), '[]', due + step.days + interval '9 hours',
        case when i % 400 = 0 then 'uncertain' when i % 60 = 0 then 'failed' else 'sent' end,
        case when i % 400 = 0 or i % 60 = 0 then 'relay_refused' end, '250 queued', repeat('0', 64), now(),
        due + step.days + interval '9 hours'
    from spread, reminders as step where due + step.days < current_date and (is_open or i % 4 = 0)
    """,
    """
    insert into tasks (id, organisation, key, customer_id, invoice_id, receivable_version, assignee, due_on, customer,
        phone, language, subject, note, invoices, status, opened_at, outcome, completed_by, settled_at)
    select md5($1 || 'task' || i)::uuid, $1, invoice_id || ':standard:call:1', customer_id, invoice_id, 1,
        (array['collector', 'lea', 'marc'])[1 + i % 3], due + 40, customer_name,
        '+33 3 85 00 00 00', 'fr', 'Appel', repeat('Bonjour. ', 30), jsonb_build_array(jsonb_build_object(
            'invoice_id', invoice_id, 'number', number, 'issue_date', issued, 'due_date', due, 'total',
            total::text, 'balance', total::text, 'currency', 'EUR', 'days_late', 40)),
        case when is_open then 'opened' else 'completed' end, due + interval '40 days',
        case when not is_open then 'reached' end, case when not is_open then 'lea' end, due + interval '40 days'
    from spread where due + 40 < current_date and (is_open or i % 10 = 0)
    """,
    """
    insert into letters (id, organisation, key, template, language, customer_id, invoice_id, receivable_version,
        reference, recipient, subject, status, prepared_at, prepared_on, posted_on, settled_at, pages, sha256)
    select md5($1 || 'letter' || i)::uuid, $1, invoice_id || ':standard:letter:1', 'formal-notice', 'fr', customer_id,
        invoice_id, 1, number, customer_name, 'Mise en demeure',
        case when is_open and i % 2 = 0 then 'prepared' else 'posted' end, due + interval '60 days', due + 60,
        case when is_open and i % 2 = 0 then null else due + 61 end, due + interval '61 days', 1, repeat('0', 64)
    from spread where due + 60 <= current_date and (is_open or i % 10 = 0)
    """,
)
QUOTES = (
    """
    insert into quotes select (jsonb_populate_record(model, jsonb_build_object(
        'id', md5($1 || 'quote' || i)::uuid, 'customer_id', customer_id, 'number', 'D-' || 1000000 + i,
        'customer_name', customer_name, 'total', total,
        'total_without_vat', total, 'total_vat', 0,
        'created_at', issued::timestamptz, 'status', case when age < 30 then 'sent' else 'expired' end,
        'sent_on', issued, 'sent_at', issued::timestamptz, 'document_sha256', repeat('0', 64),
        'valid_until', issued + 30, 'closed_at', case when age < 30 then null else issued + interval '31 days' end))).*
    from spread, (select quotes as model from quotes where organisation = $1 limit 1) as one where i % 4 = 0
    """,
)
IDENTITY = (
    """
    insert into audit_entries (id, organisation, at, service, actor, actor_name, profile, action, object, objects,
        outcome, changes, left_out)
    select md5($1 || 'audit' || i)::uuid, $1, issued + interval '9 hours', 'billing', 'user-' || i % 40,
        'Léa ' || i % 40, 'collector', 'receivables.negotiate', 'invoice:' || i,
        jsonb_build_array('invoice:' || i), 'done', '[]', 0
    from spread
    """,
)
SERVICES: Mapping[str, tuple[str, ...]] = {
    "billing": BILLING,
    "dunning": DUNNING,
    "notify": NOTIFY,
    "quotes": QUOTES,
    "identity": IDENTITY,
}


async def fill(dsn: str, service: str, organisation: str, count: int, *, today: date) -> None:
    """`count` invoices and what came of them, in the database of this service.

    Billing has an issued invoice and a draft of the organisation already, quotes a quote: those are copied.
    """
    database = await asyncpg.connect(dsn, timeout=10)
    try:
        async with database.transaction():
            await database.execute("set local session_replication_role = replica")
            await database.execute(SPREAD, organisation, today, count, max(10, count // 20), timeout=60)
            await database.execute(REMINDERS)
            for statement in SERVICES[service]:
                await database.execute(statement, *([organisation] if "$1" in statement else []), timeout=300)
        await database.execute("drop table spread, reminders")
        await database.execute("vacuum analyze", timeout=300)
    finally:
        await database.close()
