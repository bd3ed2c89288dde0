"""An index of the customers for whom rows were made: what the audit holds on one is found without reading all of it.

Built while the service works: no writer waits. One that was left half made is dropped and made again.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_audit_entries_made_for": "audit_entries using gin"
    " (jsonb_path_query_array(changes, '$[*].after.customer_id') jsonb_path_ops)",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, definition in INDEXES.items():
            op.execute(f"drop index concurrently if exists {name}")
            op.execute(f"create index concurrently {name} on {definition}")
