"""E-mails about quotes that came back. The constraint is checked without keeping writers out."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NAME = "ck_quote_mails_status"
BEFORE = "status in ('planned', 'sent', 'failed', 'uncertain')"
AFTER = "status in ('planned', 'sent', 'failed', 'uncertain', 'bounced')"


def upgrade() -> None:
    op.execute(f"alter table quote_mails drop constraint {NAME}")
    op.execute(f"alter table quote_mails add constraint {NAME} check ({AFTER}) not valid")
    op.execute(f"alter table quote_mails validate constraint {NAME}")


def downgrade() -> None:
    op.execute("update quote_mails set status = 'failed' where status = 'bounced'")
    op.execute(f"alter table quote_mails drop constraint {NAME}")
    op.execute(f"alter table quote_mails add constraint {NAME} check ({BEFORE})")
