"""The name of who saved a version: whoever changes the same step meanwhile is told of them."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table scenario_versions add column saved_by_name text not null default ''")


def downgrade() -> None:
    op.execute("alter table scenario_versions drop column saved_by_name")
