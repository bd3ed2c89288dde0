"""The due date that a letter says, and why it was withdrawn: a change of either leaves a decision to a person."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table letters add column if not exists due_date date")
    op.execute("alter table letters add column if not exists cause varchar(40)")
    op.execute("update letters set cause = 'closed' where status = 'withdrawn' and cause is null")
    with op.get_context().autocommit_block():
        op.execute("drop index concurrently if exists ix_letters_undecided")
        op.execute(
            "create index concurrently ix_letters_undecided on letters (organisation, prepared_at, id)"
            " where cause in ('less_owed', 'due_date_moved')"
        )


def downgrade() -> None:
    op.execute("drop index ix_letters_undecided")
    op.execute("alter table letters drop column cause")
    op.execute("alter table letters drop column due_date")
