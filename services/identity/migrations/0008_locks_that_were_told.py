"""Which lock the audit was told of, so that it is told of each one once."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table attempts add column told_until timestamptz")
