"""Who changed a draft last, and when: whoever saves what they read before is told of it."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table quotes add column changed_at timestamptz, add column changed_by_name text")


def downgrade() -> None:
    op.execute("alter table quotes drop column changed_by_name, drop column changed_at")
