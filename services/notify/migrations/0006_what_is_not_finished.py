"""An index of what is not finished, for those who count it every few seconds.

Built while the service works: no writer waits. One that was left half made is dropped and made again.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_messages_unfinished": "messages (status) where status in ('pending', 'sending', 'uncertain')",
    "ix_letters_prepared": "letters (status) where status = 'prepared'",
    "ix_tasks_open": "tasks (status) where status = 'opened'",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, definition in INDEXES.items():
            op.execute(f"drop index concurrently if exists {name}")
            op.execute(f"create index concurrently {name} on {definition}")
