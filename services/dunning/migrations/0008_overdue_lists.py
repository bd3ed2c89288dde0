"""Who is sent the overdue list, and when next."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table overdue_lists (
            organisation text not null,
            owner text not null,
            owner_name text not null,
            email text not null,
            language varchar(40) not null,
            weekday integer not null,
            hour integer not null,
            asked_at timestamptz not null,
            until date not null,
            next_at timestamptz not null,
            constraint pk_overdue_lists primary key (organisation, owner),
            constraint ck_overdue_lists_weekday check (weekday between 0 and 6),
            constraint ck_overdue_lists_hour check (hour between 0 and 23)
        )
    """)
    op.execute("create index ix_overdue_lists_next_at on overdue_lists (next_at)")


def downgrade() -> None:
    op.execute("drop table overdue_lists")
