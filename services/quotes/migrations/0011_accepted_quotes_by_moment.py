"""The accepted quotes of an organisation, by the moment of their acceptance: those since a moment are told again.

Built while the service works: no writer waits. One that was left half made is dropped and made again.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("drop index concurrently if exists ix_quotes_accepted")
        op.execute(
            "create index concurrently ix_quotes_accepted on quotes (organisation, closed_at, id) "
            "where status = 'accepted'"
        )
