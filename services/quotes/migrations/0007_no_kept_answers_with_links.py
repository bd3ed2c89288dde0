"""No answer to a keyed request holds the link of a quote any more."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""delete from idempotency_keys where substring(body from 1 for 8) = convert_to('{"url":"', 'UTF8')""")
