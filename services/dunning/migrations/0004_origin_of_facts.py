"""The outbox keeps when the event that a fact follows from was published, to measure how long all of it took."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table outbox add column origin_at timestamptz")


def downgrade() -> None:
    op.execute("alter table outbox drop column origin_at")
