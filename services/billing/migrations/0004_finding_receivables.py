"""An index for each way to look for receivables. Built while the service works: no writer waits for them.

One that was left half made by a run that was stopped is dropped and made again.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_receivables_standing": "receivables (organisation, status, due_date, invoice_id)",
    "ix_receivables_of_customer": "receivables (organisation, customer_id, due_date, invoice_id)",
    "ix_receivables_open_customer": (
        "receivables (organisation, customer_id, currency, due_date) include (balance) where status = 'open'"
    ),
    "ix_receivables_balance": "receivables (organisation, balance, invoice_id)",
    "ix_receivables_open_balance": "receivables (organisation, balance, invoice_id) where status = 'open'",
    "ix_receivables_number_part": "receivables using gin (lower(number) gin_trgm_ops)",
    "ix_customers_name": "customers (organisation, name, id)",
    "ix_customers_name_part": "customers using gin (lower(name) gin_trgm_ops)",
}


def upgrade() -> None:
    op.execute("create extension if not exists pg_trgm")
    with op.get_context().autocommit_block():
        for name, definition in INDEXES.items():
            op.execute(f"drop index concurrently if exists {name}")
            op.execute(f"create index concurrently {name} on {definition}")
        op.execute("drop index concurrently if exists ix_receivables_customer")
        op.execute("analyze receivables, customers")
