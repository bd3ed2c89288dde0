"""The outbox keeps when the event that a fact follows from was published, to measure how long all of it took."""

from chassis.migrations import keep_origins

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    keep_origins()
