"""Running cases that are to be planned anew, since their calendar or their scenario's version is another now."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table replannings (
            id bigint generated always as identity,
            organisation text not null,
            scenario text,
            version integer,
            author text not null,
            author_name text,
            before_created_at timestamptz not null,
            before_id uuid not null,
            constraint pk_replannings primary key (id),
            constraint ck_replannings_version check ((scenario is null) = (version is null))
        )
    """)


def downgrade() -> None:
    op.execute("drop table replannings")
