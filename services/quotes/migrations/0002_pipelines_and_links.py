"""Stages of quotes, the links with which customers answer them, and what became of their e-mails."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ANSWERS = "'status', 'closed_at', 'refusal_reason', 'acceptance'"


def upgrade() -> None:
    op.execute("alter table quotes add column stage text, add column customer_name text")
    _keep_sent_quotes(f"{ANSWERS}, 'stage'")
    op.execute("""
        create table pipelines (
            organisation text primary key,
            stages jsonb not null,
            updated_at timestamptz not null,
            updated_by text not null
        )
    """)
    op.execute("alter table quote_documents add column content jsonb")
    op.execute("""
        create table quote_links (
            id uuid primary key,
            quote_id uuid not null references quotes (id),
            secret_sha256 text not null,
            created_at timestamptz not null,
            created_by text not null,
            revoked_at timestamptz,
            constraint uq_quote_links_secret_sha256 unique (secret_sha256)
        )
    """)
    op.execute("create unique index uq_quote_links_in_force on quote_links (quote_id) where revoked_at is null")
    op.execute("""
        create table quote_mails (
            quote_id uuid not null references quotes (id),
            name text not null,
            status varchar(40) not null,
            recipient text,
            reason text,
            at timestamptz not null,
            primary key (quote_id, name),
            constraint ck_quote_mails_status check (status in ('planned', 'sent', 'failed', 'uncertain'))
        )
    """)


def downgrade() -> None:
    op.execute("drop table quote_mails, quote_links, pipelines")
    op.execute("alter table quote_documents drop column content")
    op.execute("alter table quotes drop column stage, drop column customer_name")
    _keep_sent_quotes(ANSWERS)


def _keep_sent_quotes(changing: str) -> None:
    op.execute(f"""
        create or replace function keep_sent_quotes() returns trigger language plpgsql as $$
        begin
            if old.status = 'draft' then
                return new;
            end if;
            if old.status <> 'sent' or to_jsonb(new) - array[{changing}] <> to_jsonb(old) - array[{changing}] then
                raise exception 'quote % was sent: nothing of it changes but the customer''s one answer', old.number;
            end if;
            return new;
        end $$
    """)
