"""The part of its day's batch in which a letter is printed. What was prepared before has none: it counts by position.

Built while the service works: no writer waits. One that was left half made is dropped and made again.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table letters add column if not exists part integer")
    _replace("ix_letters_organisation_prepared_on", "ix_letters_batch", "organisation, prepared_on, part")


def downgrade() -> None:
    _replace("ix_letters_batch", "ix_letters_organisation_prepared_on", "organisation, prepared_on")
    op.execute("alter table letters drop column part")


def _replace(index: str, other: str, columns: str) -> None:
    with op.get_context().autocommit_block():
        op.execute(f"drop index concurrently if exists {other}")
        op.execute(f"create index concurrently {other} on letters ({columns})")
        op.execute(f"drop index concurrently if exists {index}")
