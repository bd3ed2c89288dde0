"""Templates that organisations write, and messages."""

from alembic import op

from chassis.migrations import create_mechanics

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_mechanics()
    op.execute("""
        create table templates (
            organisation text not null,
            key text not null,
            language varchar(40) not null,
            about text not null,
            subject text not null,
            text text not null,
            html text not null,
            updated_at timestamptz not null,
            updated_by text not null,
            constraint pk_templates primary key (organisation, key, language),
            constraint ck_templates_about check (about in ('receivable', 'quote'))
        )
    """)
    op.execute("""
        create table messages (
            id uuid not null,
            organisation text not null,
            key text not null,
            thread text,
            template text not null,
            language varchar(40) not null,
            customer_id uuid not null,
            invoice_id uuid,
            reference text not null,
            recipient text not null,
            recipient_name text not null,
            message_id text not null,
            subject text not null,
            text text not null,
            html text not null,
            attachments jsonb not null,
            trace_id text,
            requested_at timestamptz not null,
            status varchar(40) not null,
            claim uuid,
            lease_until timestamptz,
            reason text,
            relay_answer text,
            sha256 text,
            handed_over_at timestamptz,
            settled_at timestamptz not null,
            settled_by text,
            note text,
            constraint pk_messages primary key (id),
            constraint uq_messages_organisation_key unique (organisation, key),
            constraint ck_messages_status check (status in ('pending', 'sending', 'sent', 'failed', 'uncertain')),
            constraint ck_messages_sending
                check (status <> 'sending' or (claim is not null and lease_until is not null)),
            constraint ck_messages_reason check (status not in ('pending', 'failed', 'uncertain') or reason is not null)
        )
    """)
    op.execute("create index ix_messages_organisation_requested_at on messages (organisation, requested_at, id)")
    op.execute("create index ix_messages_organisation_thread on messages (organisation, thread)")
    op.execute("create index ix_messages_lease_until on messages (lease_until) where status = 'sending'")
