"""Quotes, their numbers, their documents; what was sent never changes."""

from alembic import op

from chassis.migrations import create_mechanics

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ANSWERS = "'status', 'closed_at', 'refusal_reason', 'acceptance'"


def upgrade() -> None:
    create_mechanics()
    op.execute("""
        create table quotes (
            id uuid primary key,
            organisation text not null,
            status varchar(40) not null,
            customer_id uuid not null,
            currency text not null,
            lines jsonb not null,
            vat_shares jsonb not null,
            total_without_vat numeric(15, 2) not null,
            total_vat numeric(15, 2) not null,
            total numeric(15, 2) not null,
            subject text not null,
            order_reference text,
            note text not null,
            valid_until date,
            follow_up_days integer not null,
            number text,
            sent_on date,
            sent_at timestamptz,
            document_sha256 text,
            closed_at timestamptz,
            refusal_reason text,
            acceptance jsonb,
            created_at timestamptz not null,
            constraint uq_quotes_organisation_number unique (organisation, number),
            constraint ck_quotes_status check (status in ('draft', 'sent', 'accepted', 'refused', 'expired')),
            constraint ck_quotes_total check (total = total_without_vat + total_vat),
            constraint ck_quotes_follow_up_days check (follow_up_days between 1 and 90),
            constraint ck_quotes_draft check (
                case when status = 'draft'
                then num_nonnulls(number, sent_on, sent_at, document_sha256) = 0
                else num_nulls(number, sent_on, sent_at, document_sha256, valid_until) = 0 and valid_until >= sent_on
                end
            ),
            constraint ck_quotes_closed check ((closed_at is null) = (status in ('draft', 'sent'))),
            constraint ck_quotes_acceptance check ((acceptance is null) = (status <> 'accepted')),
            constraint ck_quotes_refusal check ((refusal_reason is null) = (status <> 'refused'))
        )
    """)
    op.execute("create index ix_quotes_organisation_created_at_id on quotes (organisation, created_at, id)")
    op.execute(f"""
        create function keep_sent_quotes() returns trigger language plpgsql as $$
        begin
            if old.status = 'draft' then
                return new;
            end if;
            if old.status <> 'sent' or to_jsonb(new) - array[{ANSWERS}] <> to_jsonb(old) - array[{ANSWERS}] then
                raise exception 'quote % was sent: nothing of it changes but the customer''s one answer', old.number;
            end if;
            return new;
        end $$
    """)
    op.execute("""
        create trigger sent_quotes_are_kept before update on quotes
        for each row execute function keep_sent_quotes()
    """)
    op.execute("""
        create table quote_series (
            organisation text not null,
            year integer not null,
            last integer not null,
            primary key (organisation, year),
            constraint ck_quote_series_last check (last > 0)
        )
    """)
    op.execute("""
        create table quote_documents (
            quote_id uuid primary key references quotes (id),
            pdf bytea not null,
            rendered_at timestamptz not null
        )
    """)


def downgrade() -> None:
    op.execute("drop table quote_documents, quote_series, quotes")
    op.execute("drop function keep_sent_quotes")
    op.execute("drop table idempotency_keys, inbox, outbox")
    op.execute("drop function notify_outbox")
