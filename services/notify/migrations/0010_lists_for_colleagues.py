"""Messages that go to a colleague, of no customer, and texts of the overdue list.

The constraint is checked against what is there without keeping writers out.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NAME = "ck_templates_about"
ABOUTS = "about in ('receivable', 'quote', 'overdue_list')"


def upgrade() -> None:
    op.execute("alter table messages alter column customer_id drop not null")
    op.execute(f"alter table templates drop constraint if exists {NAME}")
    op.execute(f"alter table templates add constraint {NAME} check ({ABOUTS}) not valid")
    op.execute(f"alter table templates validate constraint {NAME}")


def downgrade() -> None:
    op.execute("delete from messages where customer_id is null")
    op.execute("alter table messages alter column customer_id set not null")
    op.execute("delete from template_versions where about = 'overdue_list'")
    op.execute("delete from templates where about = 'overdue_list'")
    op.execute(f"alter table templates drop constraint {NAME}")
    op.execute(f"alter table templates add constraint {NAME} check (about in ('receivable', 'quote'))")
