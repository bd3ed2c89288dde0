"""The names of those who moved money or decided, beside their ids: people read who it was. Older rows have none."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table allocations add column made_by_name text")
    op.execute("alter table receivable_decisions add column decided_by_name text")


def downgrade() -> None:
    op.execute("alter table receivable_decisions drop column decided_by_name")
    op.execute("alter table allocations drop column made_by_name")
