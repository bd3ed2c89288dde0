"""The version of the receivable that a case's run began with: an end that came later may have ended its workflow.

A case that was opened before, or by an earlier release, has none. One that a copy of the earlier release opens again
during the update keeps the version of the run before.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table cases add column opened_version integer")


def downgrade() -> None:
    op.execute("alter table cases drop column opened_version")
