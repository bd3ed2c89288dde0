"""Letters with their documents, tasks, and the invoices that are owed no more."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table letters (
            id uuid not null constraint pk_letters primary key,
            organisation text not null,
            key text not null,
            template text not null,
            language varchar(40) not null,
            customer_id uuid not null,
            invoice_id uuid,
            receivable_version integer,
            reference text not null,
            recipient text not null,
            subject text not null,
            status varchar(40) not null constraint ck_letters_status
                check (status in ('prepared', 'posted', 'withdrawn')),
            prepared_at timestamptz not null,
            prepared_on date not null,
            posted_on date,
            posted_by text,
            tracking_number text,
            reason text,
            settled_at timestamptz not null,
            pages integer not null constraint ck_letters_pages check (pages > 0),
            sha256 text not null constraint ck_letters_sha256 check (sha256 ~ '^[0-9a-f]{64}$'),
            constraint uq_letters_organisation_key unique (organisation, key),
            constraint ck_letters_posted check ((status = 'posted') = (posted_on is not null)),
            constraint ck_letters_withdrawn check ((status = 'withdrawn') = (reason is not null)),
            constraint ck_letters_invoice check ((invoice_id is null) = (receivable_version is null))
        )
    """)
    op.execute("create index ix_letters_organisation_prepared_at on letters (organisation, prepared_at, id)")
    op.execute("create index ix_letters_organisation_prepared_on on letters (organisation, prepared_on)")
    op.execute("create index ix_letters_invoice_id on letters (invoice_id)")
    op.execute("""
        create table letter_documents (
            letter_id uuid not null constraint pk_letter_documents primary key,
            html text not null,
            pdf bytea not null,
            constraint fk_letter_documents_letter_id foreign key (letter_id) references letters (id)
        )
    """)
    op.execute("""
        create table tasks (
            id uuid not null constraint pk_tasks primary key,
            organisation text not null,
            key text not null,
            customer_id uuid not null,
            invoice_id uuid not null,
            receivable_version integer not null,
            assignee text not null,
            due_on date not null,
            customer text not null,
            phone text,
            language varchar(40) not null,
            subject text not null,
            note text not null,
            invoices jsonb not null,
            status varchar(40) not null constraint ck_tasks_status
                check (status in ('opened', 'completed', 'withdrawn')),
            opened_at timestamptz not null,
            outcome varchar(40) constraint ck_tasks_outcome
                check (outcome in ('reached', 'no_answer', 'promised', 'disputed', 'other')),
            outcome_note text,
            promised_on date,
            completed_by text,
            reason text,
            settled_at timestamptz not null,
            constraint uq_tasks_organisation_key unique (organisation, key),
            constraint ck_tasks_completed check ((status = 'completed') = (outcome is not null)),
            constraint ck_tasks_promised
                check (coalesce(outcome = 'promised', false) = (promised_on is not null)),
            constraint ck_tasks_withdrawn check ((status = 'withdrawn') = (reason is not null))
        )
    """)
    op.execute("create index ix_tasks_organisation_due_on on tasks (organisation, due_on, id)")
    op.execute("create index ix_tasks_invoice_id on tasks (invoice_id)")
    op.execute("""
        create table invoice_closings (
            organisation text not null,
            invoice_id uuid not null,
            version integer not null,
            status varchar(40) not null,
            closed_at timestamptz not null,
            constraint pk_invoice_closings primary key (organisation, invoice_id)
        )
    """)


def downgrade() -> None:
    for table in ("invoice_closings", "tasks", "letter_documents", "letters"):
        op.execute(f"drop table {table}")
