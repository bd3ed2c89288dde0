"""The names of those who decided, beside their ids: people read who it was. Older rows have none."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NAMES = {
    "decisions": "author_name",
    "dunning_exclusions": "created_by_name",
    "holds": "placed_by_name",
    "scenario_versions": "published_by_name",
}


def upgrade() -> None:
    for table, column in NAMES.items():
        op.execute(f"alter table {table} add column {column} text")


def downgrade() -> None:
    for table, column in NAMES.items():
        op.execute(f"alter table {table} drop column {column}")
