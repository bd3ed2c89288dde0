"""Policies, scenarios, cases and their journal."""

from alembic import op

from chassis.migrations import create_mechanics

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
    create table dunning_policies (
        organisation text primary key,
        calendar jsonb not null,
        staleness interval not null check (staleness > interval '0'),
        minimum_contact_delay interval not null check (minimum_contact_delay >= interval '0'),
        minimum_balance numeric(15, 2) not null check (minimum_balance >= 0),
        default_scenario text not null,
        updated_at timestamptz not null
    )
    """,
    """
    create table scenarios (
        organisation text not null,
        key text not null,
        created_at timestamptz not null,
        primary key (organisation, key)
    )
    """,
    """
    create table scenario_versions (
        organisation text not null,
        key text not null,
        version integer not null check (version >= 1),
        status varchar(40) not null check (status in ('draft', 'published')),
        content jsonb not null,
        saved_at timestamptz not null,
        saved_by text not null,
        published_at timestamptz,
        published_by text,
        primary key (organisation, key, version),
        foreign key (organisation, key) references scenarios (organisation, key),
        check ((status = 'published') = (published_at is not null))
    )
    """,
    "create unique index uq_scenario_versions_draft on scenario_versions (organisation, key) where status = 'draft'",
    """
    create table scenario_rules (
        organisation text not null,
        position integer not null,
        conditions jsonb not null,
        scenario text not null,
        primary key (organisation, position)
    )
    """,
    """
    create table cases (
        id uuid primary key,
        organisation text not null,
        invoice_id uuid not null,
        customer_id uuid not null,
        number text not null,
        due_date date not null,
        total numeric(15, 2) not null,
        balance numeric(15, 2) not null,
        currency text not null,
        receivable_status varchar(40) not null,
        receivable_version integer not null check (receivable_version >= 1),
        scenario text not null,
        version integer,
        state varchar(40) not null check (state in ('scheduled', 'active', 'paused', 'closed')),
        run integer not null check (run >= 1),
        done jsonb not null,
        next_moment timestamptz,
        closing_reason varchar(40),
        closing_note text not null,
        closed_by text,
        created_at timestamptz not null,
        opened_at timestamptz,
        closed_at timestamptz,
        unique (organisation, invoice_id),
        foreign key (organisation, scenario, version) references scenario_versions (organisation, key, version),
        check ((state = 'closed') = (closing_reason is not null)),
        check ((state = 'closed') = (closed_at is not null)),
        check (state = 'closed' or (version is not null and opened_at is not null))
    )
    """,
    "create index ix_cases_newest on cases (organisation, created_at desc, id desc)",
    "create index ix_cases_customer on cases (organisation, customer_id)",
    "create index ix_cases_open on cases (organisation, scenario, version) where state <> 'closed'",
    """
    create table holds (
        id uuid primary key,
        organisation text not null,
        case_id uuid not null references cases (id),
        kind varchar(40) not null check (kind in ('paused', 'promised', 'disputed')),
        until timestamptz,
        note text not null,
        placed_at timestamptz not null,
        placed_by text not null,
        lifted_at timestamptz,
        lifted_by text
    )
    """,
    "create index ix_holds_in_force on holds (case_id) where lifted_at is null",
    "create index ix_holds_until on holds (until) where lifted_at is null",
    """
    create table decisions (
        id bigint generated always as identity primary key,
        organisation text not null,
        case_id uuid not null references cases (id),
        invoice_id uuid not null,
        customer_id uuid not null,
        number text not null,
        scenario text not null,
        version integer,
        turn_id uuid,
        step text,
        occurrence integer,
        planned_for timestamptz,
        outcome text not null,
        reason text not null,
        detail text not null,
        answers jsonb not null,
        balance numeric(15, 2),
        currency text,
        as_of timestamptz,
        evidence jsonb not null,
        retry_at timestamptz,
        retry_after interval,
        closes text,
        author text not null,
        decided_at timestamptz not null,
        unique (organisation, invoice_id, turn_id, step, occurrence),
        check ((turn_id is null) = (step is null) and (step is null) = (occurrence is null))
    )
    """,
    """
    create unique index uq_decisions_acting on decisions (organisation, invoice_id, turn_id)
    where outcome <> 'superseded'
    """,
    "create index ix_decisions_newest on decisions (organisation, id desc)",
    "create index ix_decisions_case on decisions (case_id, id desc)",
    """
    create function refuse_to_change_the_journal() returns trigger language plpgsql as $$
    begin raise exception 'the journal is append-only'; end $$
    """,
    """
    create trigger decisions_are_append_only before update or delete on decisions
    for each row execute function refuse_to_change_the_journal()
    """,
    """
    create table dunning_exclusions (
        id uuid primary key,
        organisation text not null,
        customer_id uuid,
        invoice_id uuid,
        reason text not null,
        created_at timestamptz not null,
        created_by text not null,
        lifted_at timestamptz,
        lifted_by text,
        check ((customer_id is null) <> (invoice_id is null))
    )
    """,
    """
    create unique index uq_dunning_exclusions_customer on dunning_exclusions (organisation, customer_id)
    where lifted_at is null and customer_id is not null
    """,
    """
    create unique index uq_dunning_exclusions_invoice on dunning_exclusions (organisation, invoice_id)
    where lifted_at is null and invoice_id is not null
    """,
    """
    create table contact_claims (
        organisation text not null,
        key text not null,
        customer_id uuid not null,
        invoice_id uuid not null,
        at timestamptz not null,
        is_made boolean not null,
        primary key (organisation, key)
    )
    """,
    "create index ix_contact_claims_customer on contact_claims (organisation, customer_id, at desc)",
    """
    create table reconciliations (
        id uuid primary key,
        organisation text not null,
        started_at timestamptz not null,
        finished_at timestamptz not null,
        overdue integer not null,
        opened integer not null,
        updated integer not null,
        workflows_started integer not null,
        workflows_closed integer not null,
        problem text
    )
    """,
    "create index ix_reconciliations_newest on reconciliations (organisation, started_at desc, id desc)",
)


def upgrade() -> None:
    create_mechanics()
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("the journal is kept: restore a backup instead")
