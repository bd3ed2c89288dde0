"""Which change of a case its workflow was last brought in step with."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # of the cases that are there already, each is looked at once more
    op.execute("alter table cases add column revision integer not null default 1")
    op.execute("alter table cases add column steered integer not null default 0")


def downgrade() -> None:
    op.execute("alter table cases drop column revision, drop column steered")
