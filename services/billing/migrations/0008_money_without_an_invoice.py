"""An index of the payments of which something is on no invoice.

Built while the service works: no writer waits. One that was left half made is dropped and made again.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_payments_unallocated": "payments (currency) include (unallocated) where unallocated > 0",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, definition in INDEXES.items():
            op.execute(f"drop index concurrently if exists {name}")
            op.execute(f"create index concurrently {name} on {definition}")
