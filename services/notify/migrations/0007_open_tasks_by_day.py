"""Open tasks by their day, and by their status: two indexes that had one name.

Built while the service works: no writer waits. One that was left half made is dropped and made again.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_tasks_open": "tasks (organisation, due_on, id) where status = 'opened'",
    "ix_tasks_opened": "tasks (status) where status = 'opened'",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, definition in INDEXES.items():
            op.execute(f"drop index concurrently if exists {name}")
            op.execute(f"create index concurrently {name} on {definition}")
