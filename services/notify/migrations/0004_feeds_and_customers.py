"""Calendar feeds; and what was sent to one customer, found without reading what was sent to the others."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_messages_customer": "messages (organisation, customer_id, requested_at, id)",
    "ix_letters_customer": "letters (organisation, customer_id, prepared_at, id)",
    "ix_tasks_customer": "tasks (organisation, customer_id, opened_at, id)",
    "ix_tasks_open": "tasks (organisation, due_on, id) where status = 'opened'",
}


def upgrade() -> None:
    op.execute("""
        create table if not exists calendar_feeds (
            organisation text not null,
            owner text not null,
            owner_name text not null,
            assignee text,
            language varchar(40) not null check (language in ('fr', 'en')),
            digest text not null check (digest ~ '^[0-9a-f]{64}$'),
            created_at timestamptz not null,
            expires_at timestamptz not null,
            constraint pk_calendar_feeds primary key (organisation, owner),
            constraint uq_calendar_feeds_digest unique (digest)
        )
    """)
    with op.get_context().autocommit_block():
        for name, definition in INDEXES.items():
            op.execute(f"drop index concurrently if exists {name}")
            op.execute(f"create index concurrently {name} on {definition}")
