"""The audit: who did what, from what to what."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("""
        create table audit_entries (
            id uuid primary key,
            organisation text not null,
            at timestamptz not null,
            service text not null,
            actor text not null,
            actor_name text not null,
            profile text not null,
            address text,
            session text,
            action text not null,
            object text,
            objects jsonb not null,
            outcome varchar(40) not null,
            reason text,
            changes jsonb not null,
            left_out integer not null
        )
    """)
    op.execute("create index ix_audit_entries_organisation_at_id on audit_entries (organisation, at, id)")
    op.execute("create index ix_audit_entries_organisation_actor_at on audit_entries (organisation, actor, at)")
    op.execute("create index ix_audit_entries_objects on audit_entries using gin (objects jsonb_path_ops)")
    op.execute("""
        create function refuse_change_of_audit() returns trigger language plpgsql as $$
        begin raise exception 'an audit entry never changes'; end $$
    """)
    op.execute("""
        create trigger audit_entries_never_change before update or delete on audit_entries
        for each row execute function refuse_change_of_audit()
    """)
