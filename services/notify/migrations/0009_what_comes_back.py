"""Messages that come back after the relay accepted them.

The constraints are checked against what is there without keeping writers out, and the indexes are built while the
service works. One that was left half made is dropped and made again.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_messages_digest": "messages (organisation, split_part(message_id, '@', 1))",
    "ix_messages_bounced": (
        "messages (organisation, lower(recipient)) where status = 'bounced' and settled_by is null"
    ),
}
BEFORE = {
    "ck_messages_status": "status in ('pending', 'sending', 'sent', 'failed', 'uncertain')",
    "ck_messages_reason": "status not in ('pending', 'failed', 'uncertain') or reason is not null",
}
AFTER = {
    "ck_messages_status": "status in ('pending', 'sending', 'sent', 'failed', 'uncertain', 'bounced')",
    "ck_messages_reason": "status not in ('pending', 'failed', 'uncertain', 'bounced') or reason is not null",
    "ck_messages_bounced": "status <> 'bounced' or bounce_code is not null",
}


def upgrade() -> None:
    op.execute("alter table messages add column if not exists bounce_code text")
    op.execute("alter table messages add column if not exists address_is_dead boolean not null default false")
    for name, condition in AFTER.items():
        op.execute(f"alter table messages drop constraint if exists {name}")
        op.execute(f"alter table messages add constraint {name} check ({condition}) not valid")
    for name in AFTER:
        op.execute(f"alter table messages validate constraint {name}")
    with op.get_context().autocommit_block():
        for name, definition in INDEXES.items():
            op.execute(f"drop index concurrently if exists {name}")
            op.execute(f"create index concurrently {name} on {definition}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"drop index {name}")
    op.execute("update messages set status = 'failed' where status = 'bounced'")
    op.execute("alter table messages drop constraint ck_messages_bounced")
    for name, condition in BEFORE.items():
        op.execute(f"alter table messages drop constraint {name}")
        op.execute(f"alter table messages add constraint {name} check ({condition})")
    op.execute("alter table messages drop column bounce_code, drop column address_is_dead")
