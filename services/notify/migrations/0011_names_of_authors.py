"""The names of those who called, posted or settled, beside their ids: people read who it was. Older rows have none."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NAMES = {"tasks": "completed_by_name", "letters": "posted_by_name", "messages": "settled_by_name"}


def upgrade() -> None:
    for table, column in NAMES.items():
        op.execute(f"alter table {table} add column {column} text")


def downgrade() -> None:
    for table, column in NAMES.items():
        op.execute(f"alter table {table} drop column {column}")
