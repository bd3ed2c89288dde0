"""What people note about customers: written once, never changed."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table customer_comments (
            id uuid primary key,
            organisation text not null,
            customer_id uuid not null references customers (id),
            text text not null check (text <> ''),
            corrects uuid references customer_comments (id),
            written_by text not null,
            written_by_name text not null,
            written_at timestamptz not null,
            check (corrects <> id)
        )
    """)
    op.execute(
        "create index ix_customer_comments_written on customer_comments (organisation, customer_id, written_at, id)"
    )
    op.execute("create index ix_customer_comments_corrects on customer_comments (corrects)")
    never_change()


def never_change() -> None:
    """Whatever program asks: what was written about someone is never silently another."""
    op.execute("""
        create function keep_what_is_written() returns trigger language plpgsql as $$
        begin
            raise exception '% of % is refused: a comment stays as it was written', lower(tg_op), tg_table_name
                using errcode = 'integrity_constraint_violation';
        end $$
    """)
    op.execute("""
        create trigger customer_comments_frozen before update or delete on customer_comments
        for each row execute function keep_what_is_written()
    """)
    op.execute("""
        create trigger customer_comments_not_truncated before truncate on customer_comments
        for each statement execute function keep_what_is_written()
    """)
