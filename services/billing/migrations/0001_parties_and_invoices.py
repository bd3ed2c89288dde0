"""Sellers, customers, invoices, their numbers and documents."""

from alembic import op

from chassis.migrations import create_mechanics

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_mechanics()
    create_parties()
    create_invoices()
    create_series()
    create_documents()
    freeze_what_is_issued()


def create_parties() -> None:
    op.execute("""
        create table sellers (
            organisation text primary key,
            seller jsonb not null,
            changed_at timestamptz not null
        )
    """)
    op.execute("""
        create table customers (
            id uuid primary key,
            organisation text not null,
            name text not null check (name <> ''),
            kind varchar(40) not null check (kind in ('professional', 'consumer', 'non_professional')),
            language varchar(40) not null check (language in ('fr', 'en')),
            address jsonb not null,
            email text,
            phone text,
            siren text,
            vat_number text,
            payment_terms_days integer not null check (payment_terms_days between 0 and 120),
            scenario text,
            created_at timestamptz not null,
            changed_at timestamptz not null
        )
    """)
    op.execute("create index ix_customers_created on customers (organisation, created_at, id)")


def create_invoices() -> None:
    op.execute("""
        create table invoices (
            id uuid primary key,
            organisation text not null,
            kind varchar(40) not null check (kind in ('invoice', 'credit_note')),
            status varchar(40) not null check (status in ('draft', 'issued', 'credited')),
            customer_id uuid not null references customers (id),
            currency text not null check (currency ~ '^[A-Z]{3}$'),
            lines jsonb not null check (jsonb_array_length(lines) > 0),
            vat_shares jsonb not null,
            total_without_vat numeric(15, 2) not null,
            total_vat numeric(15, 2) not null,
            total numeric(15, 2) not null check (total = total_without_vat + total_vat),
            subject text not null,
            order_reference text,
            supply_date date,
            note text not null,
            payment_terms_days integer check (payment_terms_days between 0 and 120),
            scenario text,
            quote_id uuid,
            quote_number text,
            credited_invoice_id uuid references invoices (id),
            credited_number text,
            credited_issue_date date,
            series text,
            year integer,
            sequence integer check (sequence > 0),
            number text,
            issue_date date,
            due_date date check (due_date >= issue_date),
            seller_snapshot jsonb,
            customer_snapshot jsonb,
            mentions jsonb not null,
            created_at timestamptz not null,
            issued_at timestamptz,
            constraint uq_invoices_organisation_number unique (organisation, number),
            constraint uq_invoices_organisation_series_year_sequence unique (organisation, series, year, sequence),
            constraint uq_invoices_organisation_quote_id unique (organisation, quote_id),
            constraint uq_invoices_credited_invoice_id unique (credited_invoice_id),
            constraint an_issued_invoice_is_complete check (
                status = 'draft' and num_nonnulls(
                    series, year, sequence, number, issue_date, due_date, seller_snapshot, customer_snapshot, issued_at
                ) = 0
                or status <> 'draft' and total > 0 and num_nulls(
                    series, year, sequence, number, issue_date, seller_snapshot, customer_snapshot, issued_at
                ) = 0
            ),
            constraint an_issued_invoice_is_due check (
                status = 'draft' or (kind = 'invoice') = (due_date is not null)
            ),
            constraint a_credit_note_names_its_invoice check (
                kind = 'invoice' and num_nonnulls(credited_invoice_id, credited_number, credited_issue_date) = 0
                or kind = 'credit_note' and status = 'issued'
                    and num_nulls(credited_invoice_id, credited_number, credited_issue_date) = 0
            )
        )
    """)
    op.execute("create index ix_invoices_created on invoices (organisation, created_at, id)")
    op.execute("create index ix_invoices_customer on invoices (organisation, customer_id)")


def create_series() -> None:
    op.execute("""
        create table invoice_series (
            organisation text not null,
            series text not null,
            year integer not null,
            last integer not null check (last > 0),
            last_issue_date date not null check (extract(year from last_issue_date) = year),
            primary key (organisation, series, year)
        )
    """)


def create_documents() -> None:
    op.execute("""
        create table invoice_documents (
            invoice_id uuid primary key references invoices (id),
            pdf bytea not null,
            sha256 text not null check (sha256 = encode(sha256(pdf), 'hex')),
            rendered_at timestamptz not null
        )
    """)
    op.execute("alter table invoice_documents alter column pdf set storage external")


def freeze_what_is_issued() -> None:
    """An issued invoice never changes, whatever program asks; that it was credited is the one thing it learns."""
    op.execute("""
        create function refuse_change_of_issued_invoice() returns trigger language plpgsql as $$
        begin
            if tg_op = 'UPDATE'
                and (new.status = old.status or (old.status = 'issued' and new.status = 'credited'))
                and to_jsonb(new) - 'status' = to_jsonb(old) - 'status' then
                return new;
            end if;
            raise exception 'invoice % is issued: it never changes again', old.number
                using errcode = 'integrity_constraint_violation';
        end $$
    """)
    op.execute("""
        create trigger invoices_frozen before update or delete on invoices
        for each row when (old.status <> 'draft') execute function refuse_change_of_issued_invoice()
    """)
    op.execute("""
        create function keep_what_is_issued() returns trigger language plpgsql as $$
        begin
            raise exception '% of % is refused: issued documents stay as they are', lower(tg_op), tg_table_name
                using errcode = 'integrity_constraint_violation';
        end $$
    """)
    op.execute("""
        create trigger invoice_documents_frozen before update or delete on invoice_documents
        for each row execute function keep_what_is_issued()
    """)
    for table in ("invoices", "invoice_series", "invoice_documents"):
        op.execute(f"""
            create trigger {table}_not_truncated before truncate on {table}
            for each statement execute function keep_what_is_issued()
        """)
    op.execute("""
        create trigger invoice_series_kept before delete on invoice_series
        for each row execute function keep_what_is_issued()
    """)
    op.execute("""
        create function refuse_gap() returns trigger language plpgsql as $$
        begin
            if new.last <> old.last + 1 then
                raise exception 'series % of % goes from % to %: expected the next number',
                    old.series, old.year, old.last, new.last using errcode = 'integrity_constraint_violation';
            end if;
            return new;
        end $$
    """)
    op.execute("""
        create trigger invoice_series_gapless before update on invoice_series
        for each row execute function refuse_gap()
    """)
