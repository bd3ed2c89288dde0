"""What opened too much ends: links of quotes in the texts of messages, and calendar feeds of keys.

Whoever read messages could answer a quote in a customer's name; a feed outlived the key for which it was made.
"""

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
    op.execute("delete from calendar_feeds where owner like 'key:%'")
