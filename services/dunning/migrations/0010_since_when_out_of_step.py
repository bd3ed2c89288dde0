"""Since when a workflow may be out of step with its case, and how many such the reconciliation had to tell.

A case that changed before, or by an earlier release, has no moment: it changed long ago.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table cases add column changed_at timestamptz")
    op.execute("alter table reconciliations add column workflows_changed integer not null default 0")


def downgrade() -> None:
    op.execute("alter table reconciliations drop column workflows_changed")
    op.execute("alter table cases drop column changed_at")
