"""The links of quotes leave the texts of messages: whoever reads these could have answered in a customer's name."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(r"""
        update messages set
            subject = regexp_replace(subject, link, shown, 'g'),
            text = regexp_replace(text, link, shown, 'g'),
            html = regexp_replace(html, link, shown, 'g')
        from (values ('https?://[^\s<>]+/q/[A-Za-z0-9_-]{43}', 'https://…')) as known(link, shown)
        where invoice_id is null and concat(subject, text, html) like '%/q/%'
    """)
