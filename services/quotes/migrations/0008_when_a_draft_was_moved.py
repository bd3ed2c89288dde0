"""When a draft was last put in another stage: who moves it works on it."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table quotes add column moved_at timestamptz")


def downgrade() -> None:
    op.execute("alter table quotes drop column moved_at")
