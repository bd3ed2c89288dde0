"""Steps that people ask for, and what customers promise."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table cases add column asked jsonb not null default '[]'")
    op.execute(
        """
        alter table holds
            add column promised_on date,
            add column amount numeric(15, 2) check (amount > 0),
            add column balance numeric(15, 2)
        """
    )


def downgrade() -> None:
    op.execute("alter table holds drop column promised_on, drop column amount, drop column balance")
    op.execute("alter table cases drop column asked")
