"""When a sign-in at the provider was spent: until it is forgotten it gives back what it carries."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table oidc_authorizations add column spent_at timestamptz")
