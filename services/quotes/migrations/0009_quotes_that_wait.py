"""The quotes that wait for an answer, by their ids: each hour it is seen to that every one has its follow-up.

Built while the service works: no writer waits. One that was left half made is dropped and made again.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("drop index concurrently if exists ix_quotes_open")
        op.execute("create index concurrently ix_quotes_open on quotes (id) where status = 'sent'")
