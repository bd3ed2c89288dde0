"""The amount that a letter asks for: one that was withdrawn comes back only while as much is owed."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table letters add column balance numeric(15, 2)")


def downgrade() -> None:
    op.execute("alter table letters drop column balance")
