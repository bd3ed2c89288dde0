"""The day on which a call was planned, of one that is put off since its invoice is due later."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table tasks add column if not exists planned_on date")


def downgrade() -> None:
    op.execute("alter table tasks drop column planned_on")
