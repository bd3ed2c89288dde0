"""Receivables, payments, their allocations and what was refused."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create function refuse_change() returns trigger language plpgsql as $$
        begin
            raise exception '% is append-only: % is refused', tg_table_name, lower(tg_op)
                using errcode = 'restrict_violation', hint = 'write a row that corrects the earlier one';
        end $$
    """)
    create_receivables()
    create_payments()
    create_allocations()
    for table in ("receivable_decisions", "allocations", "payment_reversals", "payment_refusals"):
        op.execute(f"""
            create trigger {table}_append_only before update or delete or truncate on {table}
            for each statement execute function refuse_change()
        """)


def create_receivables() -> None:
    op.execute("""
        create table receivables (
            invoice_id uuid primary key references invoices (id),
            organisation text not null,
            customer_id uuid not null references customers (id),
            number text not null,
            issue_date date not null,
            due_date date not null,
            currency text not null check (currency ~ '^[A-Z]{3}$'),
            total numeric(15, 2) not null check (total > 0),
            balance numeric(15, 2) not null check (balance between 0 and total),
            waived numeric(15, 2) not null check (waived between 0 and total),
            status varchar(40) not null
                check (status in ('open', 'settled', 'credited', 'cancelled', 'written_off')),
            scenario text,
            version integer not null check (version >= 1),
            changed_at timestamptz not null,
            constraint uq_receivables_organisation_number unique (organisation, number),
            check (due_date >= issue_date),
            check ((status = 'open') = (balance > 0))
        )
    """)
    op.execute("create index ix_receivables_due on receivables (organisation, due_date, invoice_id)")
    op.execute("create index ix_receivables_customer on receivables (organisation, customer_id)")
    op.execute("""
        create table receivable_decisions (
            position bigint generated always as identity primary key,
            organisation text not null,
            invoice_id uuid not null references receivables (invoice_id),
            kind varchar(40) not null check (kind in ('due_date', 'write_off', 'credit')),
            reason text not null check (reason <> ''),
            due_date date check ((due_date is not null) = (kind = 'due_date')),
            amount numeric(15, 2) check ((amount is null) = (kind = 'due_date')),
            decided_by text not null,
            decided_at timestamptz not null
        )
    """)
    op.execute("create index ix_receivable_decisions_invoice_id on receivable_decisions (invoice_id)")


def create_payments() -> None:
    op.execute("""
        create table payments (
            organisation text not null,
            payment_id text not null,
            status varchar(40) not null
                check (status in ('applied', 'unallocated', 'reversed', 'rejected', 'awaited')),
            fingerprint text,
            amount numeric(15, 2) check (amount > 0),
            currency text check (currency ~ '^[A-Z]{3}$'),
            received_on date,
            method varchar(40),
            invoice_number text,
            remittance text,
            payer_name text,
            payer_iban text,
            invoice_id uuid references receivables (invoice_id),
            customer_id uuid references customers (id),
            unallocated numeric(15, 2) not null check (unallocated >= 0 and unallocated <= coalesce(amount, 0)),
            reason text,
            recorded_at timestamptz not null,
            primary key (organisation, payment_id),
            constraint ck_payments_content check (
                case when status in ('rejected', 'awaited')
                    then num_nonnulls(fingerprint, amount, currency, received_on, method) = 0
                    else num_nonnulls(fingerprint, amount, currency, received_on, method) = 5
                end
            ),
            constraint ck_payments_reason check (status = 'applied' or reason is not null)
        )
    """)
    op.execute("create index ix_payments_recorded on payments (organisation, recorded_at, payment_id)")
    op.execute("create index ix_payments_customer on payments (organisation, customer_id)")
    op.execute("create index ix_payments_invoice_id on payments (invoice_id)")
    op.execute("""
        create table payment_reversals (
            organisation text not null,
            payment_id text not null,
            fingerprint text not null,
            reversed_on date not null,
            reason text not null,
            recorded_at timestamptz not null,
            primary key (organisation, payment_id),
            foreign key (organisation, payment_id) references payments (organisation, payment_id)
        )
    """)
    op.execute("""
        create table payment_refusals (
            organisation text not null,
            payment_id text not null,
            fingerprint text not null,
            type text not null,
            content text not null,
            reason text not null check (reason <> ''),
            refused_at timestamptz not null,
            primary key (organisation, payment_id, fingerprint),
            foreign key (organisation, payment_id) references payments (organisation, payment_id)
        )
    """)
    op.execute("create table payment_intake (consumer text primary key, as_of timestamptz not null)")


def create_allocations() -> None:
    op.execute("""
        create table allocations (
            position bigint generated always as identity primary key,
            organisation text not null,
            payment_id text not null,
            invoice_id uuid not null references receivables (invoice_id),
            amount numeric(15, 2) not null check (amount <> 0),
            cause varchar(40) not null check (cause in ('received', 'matched', 'covered', 'reversed', 'credited')),
            made_by text not null,
            made_at timestamptz not null,
            foreign key (organisation, payment_id) references payments (organisation, payment_id),
            check ((amount > 0) = (cause in ('received', 'matched', 'covered')))
        )
    """)
    op.execute("create index ix_allocations_payment on allocations (organisation, payment_id)")
    op.execute("create index ix_allocations_invoice_id on allocations (invoice_id)")
